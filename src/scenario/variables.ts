import type { Position } from '../model/diagnostic.ts';
import type { Major, Topology } from '../model/topology.ts';

/** What each `{{name}}` stands for in a lab of this major. */
export type Variables = ReadonlyMap<string, string>;

/** Filled in by a check when it speaks, not by the document. */
export const PLACEHOLDERS = ['actual', 'expected'];

/** Paths as Debian's postgresql-common lays them out. */
export function variablesFor(major: Major, lab: Pick<Topology, 'host' | 'clusters'>): Variables {
  const variables = new Map([
    ['pg.major', `${major}`],
    ['pg.bin', `/usr/lib/postgresql/${major}/bin`],
    ['student.home', '/home/student'],
    ['student.owner', 'student'],
    ['postgres.home', '/var/lib/postgresql'],
    ['postgres.owner', 'postgres'],
    ['lab.host', lab.host],
  ]);
  for (const { name, port } of lab.clusters) {
    variables.set(`${name}.data`, `/var/lib/postgresql/${major}/${name}`);
    variables.set(`${name}.port`, `${port}`);
    variables.set(`${name}.config`, `/etc/postgresql/${major}/${name}`);
    variables.set(`${name}.log`, `/var/log/postgresql/postgresql-${major}-${name}.log`);
  }
  return variables;
}

export interface Resolved {
  text: string;
  /** Variables that mean nothing here, where they stand in the source. */
  unknown: ({ name: string } & Position)[];
  /** Where a place in the resolved text stands in the source. */
  toSource: (at: Position) => Position;
}

/** One replacement in a line; columns from 0. */
interface Edit {
  source: number;
  sourceLength: number;
  resolved: number;
  resolvedLength: number;
}

/** Puts values in the place of variables. No value holds a line break, so that only columns move. */
export function resolveVariables(source: string, variables: Variables): Resolved {
  const unknown: Resolved['unknown'] = [];
  const edits = new Map<number, Edit[]>();
  const resolveLine = (text: string, line: number): string => {
    if (!text.includes('{{')) return text;
    let shift = 0;
    return text.replace(/\{\{([^{}]*)\}\}/g, (whole, inner: string, offset: number) => {
      const name = inner.trim();
      if (PLACEHOLDERS.includes(name)) return whole;
      const value = variables.get(name);
      if (value === undefined) unknown.push({ name, line, column: offset + 1 });
      // Without its braces an unknown variable is plain text, which YAML and Markdown read without further complaints.
      const text = value ?? name;
      const edit = {
        source: offset,
        sourceLength: whole.length,
        resolved: offset + shift,
        resolvedLength: text.length,
      };
      edits.set(line, [...(edits.get(line) ?? []), edit]);
      shift += text.length - whole.length;
      return text;
    });
  };
  const text = source
    .split('\n')
    .map((line, index) => resolveLine(line, index + 1))
    .join('\n');
  return {
    text,
    unknown,
    toSource: ({ line, column }) => ({ line, column: sourceColumn(column - 1, edits.get(line)) + 1 }),
  };
}

function sourceColumn(column: number, edits: Edit[] = []): number {
  let shift = 0;
  for (const edit of edits) {
    if (column < edit.resolved) break;
    if (column < edit.resolved + edit.resolvedLength) return edit.source;
    shift = edit.source + edit.sourceLength - edit.resolved - edit.resolvedLength;
  }
  return column + shift;
}
