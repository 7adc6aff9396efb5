import { isMap, isNode, isPair, LineCounter, type Node, parseDocument, visit } from 'yaml';
import * as z from 'zod/mini';
import type { Position } from '../model/diagnostic.ts';
import { unseenIn, unseenMessage } from './hostile.ts';
import { nearest, suggest } from './nearest.ts';
import type { Report } from './report.ts';

export type Path = readonly PropertyKey[];

/** A piece of YAML within a document: what it says, and where. */
export interface Yaml {
  data: unknown;
  /** Where the value at this path stands, or the nearest value around it. */
  at(path: Path): Position;
  /** Where a key of the mapping at this path stands. */
  atKey(path: Path, key: string): Position;
  report: Report;
}

/** Where the text stands in its document: the line it begins on and the columns taken off in front of each line. */
export interface Origin {
  line: number;
  indent: number;
}

/**
 * Reads YAML with every scalar as the text that was written (the failsafe schema): a mode of `0700`, an SQLSTATE of `08006`
 * and a WAL segment's name are all numbers to YAML's usual eyes. Undefined after a syntax error, which is reported.
 */
export function readYaml(text: string, origin: Origin, report: Report): Yaml | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: origin.line + Math.max(line, 1) - 1, column: origin.indent + Math.max(col, 1) };
  };
  const offsetOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);
  // One slip makes YAML complain of several things, of which the first is the one to mend.
  const problem = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])[0];
  if (problem && /call stack/.test(problem.message)) {
    // How deep the stack is, and so where it ended, is chance.
    report('yaml', place(0), 'Lists or mappings stand too deep within each other here. Use fewer.');
    return undefined;
  }
  if (problem) {
    report('yaml', place(problem.pos[0]), PLAIN[problem.code] ?? `${problem.message}.`);
    return undefined;
  }
  let alias: Node | undefined;
  visit(document, {
    Alias(_, node) {
      alias = node;
      return visit.BREAK;
    },
  });
  if (alias) {
    report('yaml', place(offsetOf(alias)), 'A value that starts with * must be in quotes.');
    return undefined;
  }
  let unseen = false;
  visit(document, {
    Scalar(_, { value, range }) {
      const character = typeof value === 'string' ? unseenIn(value) : undefined;
      if (character === undefined) return;
      unseen = true;
      report('control-character', place(range?.[0] ?? 0), unseenMessage(character));
    },
  });
  if (unseen) return undefined;
  const nodeAt = (path: Path): unknown => (path.length ? document.getIn(path, true) : document.contents);
  const at = (path: Path): Position => {
    const node = nodeAt(path);
    return isNode(node) || path.length === 0 ? place(offsetOf(node)) : at(path.slice(0, -1));
  };
  const atKey = (path: Path, key: string): Position => {
    const map = nodeAt(path);
    const pair = isMap(map) ? map.items.find((p) => isPair(p) && String(p.key) === key) : undefined;
    return pair ? place(offsetOf(pair.key)) : at(path);
  };
  return { data: document.toJS(), at, atKey, report };
}

const QUOTE = 'Put the text in quotes, or write it below as a block after ">-".';
const PLAIN: Partial<Record<string, string>> = {
  TAB_AS_INDENT: 'A tab cannot indent YAML. Use spaces.',
  DUPLICATE_KEY: 'This key stands here twice. Keep one of them.',
  TAG_RESOLVE_FAILED: 'A value that starts with ! must be in quotes.',
  BLOCK_AS_IMPLICIT_KEY: `This value holds ": ", or the line below it is indented too far. ${QUOTE}`,
  MULTILINE_IMPLICIT_KEY: 'Expected "key: value" here. Is the colon missing, or the indentation wrong?',
  BAD_SCALAR_START: `A plain value cannot start with this character. ${QUOTE}`,
  MISSING_CHAR: 'A quote is opened and not closed, or a colon or comma is missing.',
  BAD_INDENT: 'A bracket is not closed, or the indentation is wrong.',
};

/** The value at `path` as `schema` wants it; undefined when it is not so, which is reported. */
export function readShape<S extends z.ZodMiniType>(yaml: Yaml, path: Path, schema: S): z.output<S> | undefined {
  const result = z.safeParse(schema, valueAt(yaml.data, path));
  if (result.success) return result.data;
  const meant = new Set<string>();
  const issues = result.error.issues.toSorted((a) => (a.code === 'unrecognized_keys' ? -1 : 0));
  for (const issue of issues) {
    const where = [...path, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const known = keysOf(schema, issue.path);
      for (const key of issue.keys) {
        const near = nearest(key, known);
        if (near) meant.add([...where, near].join('\0'));
        yaml.report('unknown-key', yaml.atKey(where, key), `Nothing here is called "${key}". ${suggest(key, known)}`);
      }
    } else if (issue.path.length && valueAt(yaml.data, where) === undefined) {
      // A slip in a key has been reported as such already.
      if (meant.has(where.join('\0'))) continue;
      const name = String(where.at(-1));
      yaml.report('missing-key', yaml.at(where.slice(0, -1)), `"${name}" is missing here. Add it.`);
    } else {
      const rule = issue.code === 'custom' ? (issue.params?.rule as string | undefined) : undefined;
      yaml.report(rule ?? 'invalid-value', yaml.at(where), sentence(where, issue, valueAt(yaml.data, where)));
    }
  }
  return undefined;
}

function sentence(path: Path, issue: z.core.$ZodIssue, value: unknown): string {
  const name = path.findLast((part) => typeof part === 'string') ?? 'This';
  const subject = name === 'This' ? name : `"${name}"`;
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const near = typeof value === 'string' ? nearest(value, values) : undefined;
    return `${subject} must be one of ${values.join(', ')}.${near ? ` Did you mean "${near}"?` : ''}`;
  }
  if (issue.code === 'invalid_type') return `${subject} must be ${TYPES[issue.expected] ?? issue.expected}.`;
  return `${subject} ${issue.message}.`;
}

const TYPES: Partial<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a mapping, "key: value"',
  record: 'a mapping, "key: value"',
};

function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** The keys that the mapping at `path` within `schema` may have. */
function keysOf(schema: z.core.$ZodType, path: Path): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'nullable':
      return keysOf(def.innerType, path);
    case 'pipe':
      return keysOf(def.in, path);
    case 'array':
      return keysOf(def.element, path.slice(1));
    case 'record':
      return keysOf(def.valueType, path.slice(1));
    case 'object': {
      const [key] = path;
      if (key === undefined) return Object.keys(def.shape);
      const inner = def.shape[String(key)];
      return inner ? keysOf(inner, path.slice(1)) : [];
    }
    default:
      return [];
  }
}
