import type { Lab } from '../lab/lab.ts';
import type { CommandBlock, Scenario } from '../model/scenario.ts';
import { variablesFor } from '../scenario/variables.ts';
import type { Session } from '../session/session.ts';
import type { CommandRecord } from '../terminal/terminal.ts';
import type { Evidence, Finding } from './proof.ts';
import type { Typed } from './solve.ts';

/** Lines of an output or a log that are kept: the last. */
const LINES = 200;

/** What was typed, what it printed, and what is on its terminal's screen now. */
export function evidenceOf(session: Session, block: CommandBlock, records: CommandRecord[] = []): Evidence {
  const output = tail(records.flatMap((record) => record.output || []).join('\n'));
  const screen = session.terminal(block.terminal)?.screen.text().trimEnd();
  return { block: block.text, ...(output && { output }), ...(screen && { screen }) };
}

/** The same of the block that was typed last, where a check tells what is wrong, and no block does. */
export function lastSeen(session: Session, typed: Typed[]): { evidence?: Evidence } {
  const last = typed.at(-1);
  return last ? { evidence: evidenceOf(session, last.block, last.records) } : {};
}

/** How long each cluster's log is, in bytes: what comes after that was written since. */
export type LogMarks = { cluster: string; log: string; bytes: number }[];

export async function markLogs(lab: Lab, { lab: { host, clusters } }: Scenario): Promise<LogMarks> {
  const variables = variablesFor(lab.major, { host, clusters });
  const logs = clusters.map(({ name }) => variables.get(`${name}.log`)!);
  const { stdout } = await lab.exec([
    'bash',
    '-c',
    'for log; do stat -c %s "$log" 2>/dev/null || echo 0; done',
    '',
    ...logs,
  ]);
  const sizes = stdout.split('\n').map(Number);
  return clusters.map(({ name }, i) => ({ cluster: name, log: logs[i]!, bytes: sizes[i] ?? 0 }));
}

/** Adds to each fault what the clusters have logged since. From a lab that is no more there is nothing to be had. */
export async function withLogs(findings: Finding[], lab: Lab | undefined, marks: LogMarks): Promise<Finding[]> {
  if (!lab || findings.every(({ status }) => status === 'note')) return findings;
  const read = async ({ cluster, log, bytes }: LogMarks[number]): Promise<[string, string][]> => {
    const { stdout } = await lab.exec(['tail', '-c', `+${bytes + 1}`, log]);
    return stdout ? [[cluster, tail(stdout)]] : [];
  };
  const logs = Object.fromEntries((await Promise.all(marks.map(read)).catch(() => [])).flat());
  if (Object.keys(logs).length === 0) return findings;
  return findings.map((finding) =>
    finding.status === 'note' ? finding : { ...finding, evidence: { logs, ...finding.evidence } },
  );
}

function tail(text: string): string {
  const lines = text.trimEnd().split('\n');
  return lines.slice(-LINES).join('\n');
}
