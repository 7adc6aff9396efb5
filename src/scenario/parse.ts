import type { Diagnostic } from '../model/diagnostic.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Major } from '../model/topology.ts';
import { printable } from '../util/printable.ts';
import { messageOf } from '../util/user-error.ts';
import { TookTooLong, watched } from '../util/watched.ts';
import { readBody } from './body.ts';
import { glance, readHeader } from './front-matter.ts';
import { hostileIn } from './hostile.ts';
import { takeApart } from './markdown.ts';
import { suggest } from './nearest.ts';
import { firstOf, inOrder, placeIn, type Report } from './report.ts';
import { splitDocument } from './source.ts';
import { resolveVariables, variablesFor } from './variables.ts';
import { preferredMajor } from './versions.ts';

/** Milliseconds; a long lesson takes a hundredth of it. */
const PATIENCE = 5000;

export interface ParseOptions {
  /** The document's path as it is to be shown in messages. */
  file: string;
  id: string;
  /** The PostgreSQL major that variables are resolved for; without it the scenario's preferred one. */
  major?: Major | undefined;
}

export interface Parsed {
  /** Null when anything is wrong with the document. */
  scenario: Scenario | null;
  diagnostics: Diagnostic[];
}

/** Reads a document; every fault in it is reported at once. */
export function parseScenario(source: string, options: ParseOptions): Parsed {
  const { draft, diagnostics } = readDraft(source, options);
  return { scenario: diagnostics.length ? null : draft, diagnostics };
}

interface Draft {
  /** As much of the document as could be made out. */
  draft: Scenario | null;
  diagnostics: Diagnostic[];
}

/**
 * For rules that look at a document as a whole. Null without front matter. Whatever the document is, this ends, and does not
 * throw: what the libraries that read it do not survive is a fault of the document.
 */
export function readDraft(source: string, options: ParseOptions): Draft {
  try {
    return watched(() => readUnwatched(source, options), PATIENCE);
  } catch (error) {
    const why =
      error instanceof TookTooLong
        ? `It takes longer than ${PATIENCE / 1000} s. Make it smaller, or several scenarios of it.`
        : error instanceof RangeError
          ? 'Something in it is nested too deep.'
          : `${messageOf(error)}. This is a fault of the program; please report it.`;
    const message = `The document cannot be read. ${printable(why)}`;
    return {
      draft: null,
      diagnostics: [{ file: options.file, line: 1, column: 1, rule: 'unreadable-document', message }],
    };
  }
}

function readUnwatched(source: string, { file, id, major }: ParseOptions): Draft {
  const diagnostics: Diagnostic[] = [];
  const parts = splitDocument(source);
  if (typeof parts === 'string') {
    return { draft: null, diagnostics: [{ file, line: 1, column: 1, rule: 'front-matter', message: parts }] };
  }
  const { found, refused: hostile } = hostileIn(parts.text);
  diagnostics.push(...found.map((fault) => ({ file, ...fault })));
  if (hostile) return { draft: null, diagnostics };
  // Without their braces variables are plain text to YAML, which is enough to find the clusters that others stand for.
  const { header: before, legible } = glance(resolveVariables(parts.header, new Map()).text);
  const chosen = major ?? preferredMajor(before.majors);
  const variables = variablesFor(chosen, before.lab);
  const { text, unknown, toSource } = resolveVariables(parts.text, variables);
  const sourceLines = parts.text.split('\n');
  const report: Report = (rule, at, message) =>
    void diagnostics.push({ file, ...placeIn(sourceLines, toSource(at)), rule, message: printable(message) });

  for (const { name, line, column } of unknown) {
    // Where the clusters are not known, the fault is elsewhere.
    if (!legible && /\.(data|port|config|log)$/.test(name)) continue;
    const message = printable(`There is no variable "${name}". ${suggest(name, variables.keys())}`);
    diagnostics.push({ file, line, column, rule: 'unknown-variable', message });
  }
  const lines = text.split('\n');
  const header = readHeader(lines.slice(1, parts.bodyLine - 2).join('\n'), report) ?? before;
  // A document of another format cannot be faulty by this one's rules.
  const refused = diagnostics.find(({ rule }) => rule === 'unknown-format');
  if (refused) return { draft: null, diagnostics: [refused] };
  if (major && !header.majors.includes(major)) {
    const message = `This scenario is for PostgreSQL ${header.majors.join(', ')}, not ${major}.`;
    diagnostics.push({ file, line: 1, column: 1, rule: 'unsupported-major', message });
  }
  const pieces = takeApart(lines.slice(parts.bodyLine - 1).join('\n'), parts.bodyLine);
  const names = {
    clusters: legible ? header.lab.clusters.map(({ name }) => name) : [],
    terminals: legible ? header.terminals.map(({ name }) => name) : [],
  };
  const body = readBody(pieces, names, report);
  return { draft: { ...header, id, file, major: chosen, ...body }, diagnostics: firstOf(inOrder(diagnostics)) };
}
