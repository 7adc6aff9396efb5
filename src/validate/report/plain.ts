import { relative, resolve } from 'node:path';
import stripAnsi from 'strip-ansi';
import { withOwnCommand } from '../../util/own-command.ts';
import type { Case, Evidence, Finding, Proof } from '../proof.ts';

/** A part of what is told of a finding: `said` in its own words, the lines of a `diff`, or what was `seen`. */
export interface Part {
  kind: 'said' | 'diff' | 'seen';
  label: string;
  rows: string[];
}

/** What is told of a finding beside its message. */
interface Told {
  difference: Part[];
  evidence: Part[];
}

/**
 * Tells of the findings of one step, with at most `limit` rows of each kind of evidence. They often share some, such as a
 * log: that is told with the first.
 */
export function tell(findings: Finding[], limit: number): Told[] {
  const told = new Set<string>();
  return findings.map((finding) => ({
    difference: differenceOf(finding),
    evidence: evidenceOf(finding.evidence ?? {}, limit).filter((part) => {
      const key = JSON.stringify(part);
      return !told.has(key) && told.add(key);
    }),
  }));
}

/** Expected and got, or the diff of both. */
export function differenceOf({ expected, actual, diff }: Finding): Part[] {
  if (diff !== undefined) return [{ kind: 'diff', label: 'difference', rows: rowsOf(diff) }];
  const said: [string, string | undefined][] = [
    ['expected', expected],
    ['got', actual],
  ];
  return said.flatMap(([label, text]) =>
    text === undefined ? [] : [{ kind: 'said' as const, label, rows: rowsOf(text.trim() ? text : '(nothing)') }],
  );
}

function evidenceOf({ block, output, screen, logs = {} }: Evidence, limit: number): Part[] {
  const seen = (label: string, text: string | undefined, end: 'first' | 'last'): Part[] => {
    const rows = rowsOf(text ?? '');
    if (rows.length === 0) return [];
    if (rows.length <= limit) return [{ kind: 'seen', label, rows }];
    const kept = end === 'first' ? rows.slice(0, limit) : rows.slice(-limit);
    return [{ kind: 'seen', label: `${label}, the ${end} ${limit} of ${rows.length} rows`, rows: kept }];
  };
  return [
    ...seen('typed', block, 'first'),
    ...seen('printed', output, 'last'),
    ...seen('on the screen', screen, 'last'),
    ...Object.entries(logs).flatMap(([cluster, log]) =>
      seen(`log of ${printableRow(cluster)} since the step began`, log, 'last'),
    ),
  ];
}

/** Findings without colour, for a reader that has nothing else. */
export function plainFindings(file: string, findings: Finding[], limit: number): string {
  const told = tell(findings, limit);
  return findings
    .flatMap((finding, i) => [
      `${printableRow(file)}:${finding.line}  ${plainSummary(finding)}`,
      ...told[i]!.evidence.map(({ label, rows }) => [`${label}:`, ...rows.map((row) => `│ ${row}`)].join('\n')),
    ])
    .join('\n\n');
}

/** The message, and expected and got or the diff. */
export function plainSummary(finding: Finding): string {
  const difference = differenceOf(finding).map(({ kind, label, rows }) =>
    kind === 'diff' ? rows.join('\n') : `${`${label}:`.padEnd(10)}${rows.join(`\n${' '.repeat(10)}`)}`,
  );
  return [printable(finding.message), ...difference].join('\n');
}

const rowsOf = (text: string): string[] => {
  const rows = printable(text).trimEnd();
  return rows === '' ? [] : rows.split('\n');
};

/**
 * Text from a lab or a document, made fit for a terminal and for XML: no escape sequences, other control characters as the
 * pictures of them, nothing that is no character, or that puts others into another order.
 */
export const printable = (text: string): string =>
  // Node 22 has a function for this that takes some of the text along.
  stripAnsi(text.replace(/\r+\n/g, '\n'))
    .replaceAll('\t', '    ')
    .replace(/[\x00-\x09\x0b-\x1f]/g, (control) => String.fromCharCode(0x2400 + control.charCodeAt(0)))
    .replaceAll('\x7f', '␡')
    .replace(UNSEEN, '\ufffd')
    .toWellFormed();

/**
 * What no eye can see and what changes how the rest is seen: controls, the marks and overrides of the direction of writing,
 * separators, spaces without width, tags, and what is no character. The joiners stay, which scripts and emoji need.
 */
export const UNSEEN =
  /[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]|[\u{e0000}-\u{e007f}]/gu;

/** The same in one row, for a name. */
export const printableRow = (text: string): string => printable(text).replaceAll('\n', ' ');

/** What findings come to; a note is no fault. */
export const worst = (findings: Finding[]): 'fail' | 'broken' | undefined =>
  (['fail', 'broken'] as const).find((status) => findings.some((finding) => finding.status === status));

/** What is said once of a case that did not pass. */
export function circumstances({ versions, kept }: Proof): string[] {
  const made = versions && [
    `waldojo ${versions.waldojo}`,
    `Node.js ${versions.node}`,
    `PostgreSQL ${printableRow(versions.postgres)}`,
    printableRow(versions.runtime),
  ];
  return [
    ...(made ? [`Made with ${made.join(', ')}.`] : []),
    ...(kept ? [withOwnCommand(`Its lab was kept. Enter it with: waldojo labs enter ${kept}`)] : []),
  ];
}

/** A document's path from `root`, as hosts of code want it; absolute where it is elsewhere. */
export function pathFrom(root: string, { file }: Case): string {
  const absolute = resolve(file);
  const path = relative(root, absolute);
  return path.startsWith('..') ? absolute : path;
}

export const many = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
