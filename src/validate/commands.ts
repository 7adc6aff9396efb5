import type { CommandBlock } from '../model/scenario.ts';
import { diffOutput } from '../scenario/output/diff.ts';
import { matchOutput } from '../scenario/output/match.ts';
import type { Session } from '../session/session.ts';
import { evidenceOf } from './evidence.ts';
import type { Finding } from './proof.ts';
import type { Typed } from './solve.ts';

/** Whether the commands of a block ended, and printed, as the document says. */
export function commandFindings({ block, records }: Typed, session: Session, update: boolean): Finding[] {
  const evidence = evidenceOf(session, block, records);
  const last = records.length - 1;
  const findings = records.flatMap((record, i): Finding[] => {
    const expected = i === last ? block.exit : '0';
    if (block.background || record.status === null || record.status === expected) return [];
    return [
      {
        status: 'fail',
        rule: 'exit',
        line: block.line,
        message: `This command did not end as the document says: ${record.command}`,
        expected: ending(block, expected),
        actual: ending(block, record.status),
        evidence,
      },
    ];
  });
  if (!block.output) return findings;
  const { text, line } = block.output;
  const printed = records.flatMap(({ output }) => output || []).join('\n');
  const match = matchOutput(text, printed);
  if (match.ok) return findings;
  const { expected, actual } = match;
  return [
    ...findings,
    {
      status: update ? 'note' : 'fail',
      rule: 'output',
      line: line + 1 + match.line,
      message: 'The output is not what the document shows.',
      expected,
      actual,
      diff: diffOutput(text, printed, { file: session.scenario.file, line }),
      output: { line, printed },
      evidence,
    },
  ];
}

/** A background command is meant to go on; one that ended with an error is a fault even if every check passed. */
export function backgroundFindings({ block, records }: Typed, session: Session): Finding[] {
  if (!block.background) return [];
  return records
    .filter((record) => record.status !== null && record.status !== '0')
    .map((record) => ({
      status: 'fail',
      rule: 'background',
      line: block.line,
      message: `This background command has ended: ${record.command}`,
      expected: 'still running',
      actual: ending(block, record.status!),
      evidence: evidenceOf(session, block, records),
    }));
}

const ending = (block: CommandBlock, status: string): string =>
  status === '0' ? 'success' : block.language === 'sql' ? `SQLSTATE ${status}` : `exit status ${status}`;
