import type { Position } from '../model/diagnostic.ts';
import type { FencePiece } from './markdown.ts';
import { nearest, suggest } from './nearest.ts';
import type { Report } from './report.ts';

const COMMAND = {
  in: 'value',
  exit: 'value',
  timeout: 'value',
  background: 'flag',
  interrupt: 'flag',
  id: 'value',
} as const;

/** What the word after a fence's language can be: the languages it takes (the first is its usual one) and its attributes. */
const ROLES = {
  run: { languages: ['sh', 'sql'], attributes: { ...COMMAND, optional: 'flag' } },
  solution: { languages: ['sh', 'sql'], attributes: { ...COMMAND, optional: 'flag' } },
  wrong: { languages: ['sh', 'sql'], attributes: { ...COMMAND, trips: 'value', replaces: 'value' } },
  setup: { languages: ['sh'], attributes: { in: 'value', timeout: 'value', id: 'value' } },
  output: { languages: ['text'], attributes: {} },
  check: { languages: ['yaml'], attributes: {} },
  question: { languages: ['yaml'], attributes: {} },
} as const satisfies Record<string, { languages: string[]; attributes: Record<string, 'value' | 'flag'> }>;

export type Role = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as Role[];

const OTHER_SHELLS = ['bash', 'shell', 'console', 'zsh'];

export interface Attribute {
  /** Empty for a flag. */
  value: string;
  at: Position;
}

/** A fence whose info string is understood: `role` is undefined for an illustration. */
export interface Fence {
  language: string;
  role: Role | undefined;
  attributes: Map<string, Attribute>;
  text: string;
  at: Position;
  indent: number;
}

interface Word {
  name: string;
  value: string | undefined;
  at: Position;
}

/** Reads `<language> <role> key=value flag …`. After a slip it goes on with what was most likely meant. */
export function readFence(piece: FencePiece, report: Report): Fence {
  const at = { line: piece.line, column: piece.indent + 1 };
  if (!piece.closed) {
    report('unterminated-fence', at, 'This fence is never closed. End it with a line of the same backticks.');
  }
  const [first, second, ...rest] = words(piece, report);
  const fence: Fence = {
    language: first?.name ?? '',
    role: undefined,
    attributes: new Map(),
    text: piece.text,
    at,
    indent: piece.indent,
  };
  if (!first || !second) return fence;
  const role =
    ROLE_NAMES.find((name) => name === second.name) ?? (nearest(second.name, ROLE_NAMES) as Role | undefined);
  if (role !== second.name) {
    const hint = `${suggest(second.name, ROLE_NAMES)} An illustration has nothing after its language.`;
    report('unknown-role', second.at, `"${second.name}" is no role of a fence. ${hint}`);
  }
  if (!role) return fence;
  return {
    ...fence,
    role,
    language: readLanguage(first, role, report),
    attributes: readAttributes(rest, role, report),
  };
}

function words(piece: FencePiece, report: Report): Word[] {
  const found: Word[] = [];
  for (const match of piece.info.matchAll(/([^\s=]+)(?:=("[^"]*"?|'[^']*'?|\S*))?|(\S+)/g)) {
    const at = { line: piece.line, column: piece.column + match.index };
    const [whole, name, value] = match;
    if (name === undefined || /^["']/.test(name)) {
      report(
        'bad-attribute',
        at,
        `"${whole}" is no attribute. Write key=value, with quotes around a value that has spaces.`,
      );
    } else {
      found.push({ name, value, at });
    }
  }
  return found;
}

function readLanguage({ name, at }: Word, role: Role, report: Report): string {
  const languages: readonly string[] = ROLES[role].languages;
  if (languages.includes(name)) return name;
  const instead =
    OTHER_SHELLS.includes(name) || languages.length === 1 ? languages[0]! : (nearest(name, languages) ?? 'sh');
  report(
    'unknown-language',
    at,
    `A ${role} fence is in ${languages.join(' or ')}, not "${name}". Write "${instead} ${role}".`,
  );
  return instead;
}

function readAttributes(words: Word[], role: Role, report: Report): Map<string, Attribute> {
  const known: Record<string, 'value' | 'flag'> = ROLES[role].attributes;
  const attributes = new Map<string, Attribute>();
  for (const { name, value, at } of words) {
    const type = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!type) {
      const others = Object.keys(known);
      const hint = others.length ? suggest(name, others) : 'It takes none.';
      report('unknown-attribute', at, `A ${role} fence has no attribute "${name}". ${hint}`);
    } else if (attributes.has(name)) {
      report('bad-attribute', at, `"${name}" stands here twice. Keep one of them.`);
    } else if (type === 'flag' && value !== undefined) {
      report('bad-attribute', at, `"${name}" takes no value. Write it alone, or leave it out.`);
    } else if (type === 'value' && !value) {
      report('bad-attribute', at, `"${name}" needs a value: ${name}=….`);
    } else {
      attributes.set(name, { value: unquote(value ?? '', at, report), at });
    }
  }
  return attributes;
}

/** A quote that is not closed goes on to the end of the line; what was meant is not known then. */
function unquote(value: string, at: Position, report: Report): string {
  if (!/^["']/.test(value)) return value;
  if (value.length > 1 && value.at(-1) === value[0]) return value.slice(1, -1);
  report('bad-attribute', at, `The quote in ${value} is not closed.`);
  return '';
}
