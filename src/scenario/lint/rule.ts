import type { Scenario } from '../../model/scenario.ts';

/** What a rule looks at. */
export interface Subject {
  /** The document, or as much of it as could be made out. */
  scenario: Scenario;
  /** Names in the scenario's folder, folders with a `/` at the end; undefined where a document is looked at by itself. */
  files: string[] | undefined;
  /** Ids of the scenarios beside this one, itself included; undefined where a document is looked at by itself. */
  siblings: string[] | undefined;
}

export interface Finding {
  line: number;
  message: string;
  /** The file meant, in the scenario's folder, where it is not the document. */
  file?: string;
}

/** Looks at a whole document for what a parser, reading piece by piece, cannot see. */
export type Rule = (subject: Subject) => Finding[];
