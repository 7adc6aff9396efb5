import * as z from 'zod/mini';
import type { Assertion, AssertionKind } from '../model/check.ts';
import {
  bytes,
  exit,
  flag,
  negatableRegex,
  negation,
  number,
  regex,
  segment,
  sqlstate,
  text,
  wholeNumber,
} from './values.ts';

/** How one kind of assertion is written: its keys, and what they come to. */
export interface Kind {
  /** The assertion alone, as in `when`. */
  schema: z.ZodMiniType;
  /** With the given keys beside it, as in a check. */
  schemaWith: (keys: z.core.$ZodLooseShape) => z.ZodMiniType;
  /** From what the schema gave. */
  toModel: (data: never, mainCluster: string) => Assertion;
}

const states = ['running', 'stopped', 'primary', 'standby', 'in-recovery'] as const;
const EXPECTATIONS = ['equals', 'rows', 'matches', 'at-least', 'error'] as const;

const negatable = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum([...values, ...values.map((v) => `!${v}`)]);

function kind<S extends z.core.$ZodLooseShape>(
  /** The kind's own key stands first. */
  shape: S,
  toModel: (data: z.output<z.ZodMiniObject<S>>, mainCluster: string) => Assertion,
  rule?: { holds: (data: Record<string, unknown>) => boolean; message: string },
): Kind {
  const own = Object.keys(shape)[0]!;
  const complete = (keys: z.core.$ZodLooseShape): z.ZodMiniType => {
    const schema = z.strictObject({ ...shape, ...keys });
    return rule ? schema.check(z.refine((data) => rule.holds(data), { error: rule.message, path: [own] })) : schema;
  };
  return { schema: complete({}), schemaWith: complete, toModel };
}

const given = (data: Record<string, unknown>, keys: readonly string[]): number =>
  keys.filter((key) => data[key] !== undefined).length;

const sql = kind(
  {
    sql: text,
    on: z.optional(text),
    equals: z.optional(z.string()),
    rows: z.optional(z.array(z.array(z.string()))),
    matches: z.optional(regex),
    'at-least': z.optional(number),
    error: z.optional(sqlstate),
  },
  (data, mainCluster) => {
    const [cluster = mainCluster, database = 'postgres'] = data.on?.split('/') ?? [];
    return { kind: 'sql', query: data.sql, cluster, database, expect: expectation(data) };
  },
  {
    holds: (data) => given(data, EXPECTATIONS) === 1,
    message: `needs exactly one of ${EXPECTATIONS.join(', ')} beside it`,
  },
);

function expectation(data: {
  equals?: string | undefined;
  rows?: string[][] | undefined;
  matches?: string | undefined;
  'at-least'?: number | undefined;
  error?: string | undefined;
}): Extract<Assertion, { kind: 'sql' }>['expect'] {
  if (data.rows) return { type: 'rows', rows: data.rows };
  if (data.matches !== undefined) return { type: 'matches', pattern: data.matches };
  if (data['at-least'] !== undefined) return { type: 'at-least', value: data['at-least'] };
  if (data.error !== undefined) return { type: 'error', sqlstate: data.error };
  return { type: 'equals', value: data.equals! };
}

const cluster = kind(
  { cluster: text, is: z.optional(negatable(states)), timeline: z.optional(wholeNumber) },
  ({ cluster, is, timeline }) => {
    if (is === undefined) return { kind: 'cluster', cluster, timeline };
    const { value, negated } = negation(is);
    return { kind: 'cluster', cluster, is: { state: value as (typeof states)[number], negated }, timeline };
  },
  { holds: (data) => given(data, ['is', 'timeline']) > 0, message: 'needs "is" or "timeline" beside it' },
);

const FILE_FACTS = ['exists', 'absent', 'owner', 'mode', 'size', 'matches', 'partial', 'tar-contains'];

const file = kind(
  {
    file: text,
    exists: z.optional(flag),
    absent: z.optional(flag),
    owner: z.optional(z.string().check(z.regex(/^!?[a-z_][\w-]*$/, 'must be the name of a user'))),
    mode: z.optional(z.string().check(z.regex(/^!?[0-7]{3,4}$/, 'must be three or four octal digits, such as 0700'))),
    size: z.optional(bytes),
    matches: z.optional(negatableRegex),
    partial: z.optional(flag),
    'tar-contains': z.optional(regex),
  },
  (data) => {
    const owner = data.owner === undefined ? undefined : negation(data.owner);
    const mode = data.mode === undefined ? undefined : negation(data.mode);
    const matches = data.matches === undefined ? undefined : negation(data.matches);
    const said = data.absent === undefined ? data.exists : !data.absent;
    return {
      kind: 'file',
      path: data.file,
      exists: given(data, FILE_FACTS) === 0 ? true : said,
      owner: owner && { name: owner.value, negated: owner.negated },
      mode: mode && { mode: mode.value, negated: mode.negated },
      size: data.size,
      matches: matches && { pattern: matches.value, negated: matches.negated },
      partial: data.partial,
      tarContains: data['tar-contains'],
    };
  },
  {
    holds: (data) => given(data, ['exists', 'absent']) < 2,
    message: 'has both "exists" and "absent" beside it; keep one',
  },
);

const command = kind(
  { command: text, user: z.optional(text), exit: z.optional(exit), matches: z.optional(regex) },
  ({ command, user = 'student', exit = '0', matches }) => ({
    kind: 'command',
    command,
    user,
    exit: Number(exit),
    matches,
  }),
  {
    holds: ({ exit }) => exit === undefined || Number(exit) < 256,
    message: 'has an "exit" that is not a number from 0 to 255',
  },
);

const ran = kind(
  { ran: regex, in: z.optional(text), exit: z.optional(exit), last: z.optional(regex) },
  ({ ran, in: terminal, exit, last }) => ({ kind: 'ran', pattern: ran, terminal, exit, last }),
);

const process = kind(
  { process: regex, user: z.optional(text), is: z.optional(z.enum(['running', 'absent'])) },
  ({ process, user, is = 'running' }) => ({ kind: 'process', pattern: process, user, running: is === 'running' }),
);

const slot = kind(
  { slot: text, on: z.optional(text), is: z.optional(z.enum(['present', 'absent', 'active', 'inactive'])) },
  ({ slot, on, is = 'present' }, mainCluster) => ({ kind: 'slot', slot, cluster: on ?? mainCluster, is }),
);

const archive = kind(
  {
    archive: text,
    from: z.optional(segment),
    to: z.optional(segment),
    partial: z.optional(flag),
    'up-to': z.optional(text),
  },
  (data) => ({
    kind: 'archive',
    directory: data.archive,
    from: data.from,
    to: data.to,
    partial: data.partial,
    upTo: data['up-to'],
  }),
);

const BACKUP_FACTS = ['verifies', 'manifest', 'label', 'wal'];

const backup = kind(
  {
    backup: text,
    verifies: z.optional(flag),
    manifest: z.optional(flag),
    label: z.optional(flag),
    wal: z.optional(flag),
  },
  (data) => ({
    kind: 'backup',
    directory: data.backup,
    verifies: given(data, BACKUP_FACTS) === 0 ? true : data.verifies,
    manifest: data.manifest,
    label: data.label,
    wal: data.wal,
  }),
);

const answer = kind({ answer: text }, ({ answer }) => ({ kind: 'answer', question: answer }));

export const KINDS: Record<AssertionKind, Kind> = {
  sql,
  cluster,
  file,
  command,
  ran,
  process,
  slot,
  archive,
  backup,
  answer,
};
