import type { CommandBlock } from '../model/scenario.ts';
import { matchOutput } from '../scenario/output.ts';
import type { Session } from '../session/session.ts';
import type { CommandRecord } from '../terminal/terminal.ts';
import { screenOf } from './common.ts';
import type { Finding } from './proof.ts';

/** Whether the commands of a block ended, and printed, as the document says. */
export function commandFindings(block: CommandBlock, records: CommandRecord[], session: Session): Finding[] {
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
        ...screenOf(session, block),
      },
    ];
  });
  if (!block.output) return findings;
  const printed = records.flatMap(({ output }) => output || []).join('\n');
  const match = matchOutput(block.output.text, printed);
  if (match.ok) return findings;
  return [
    ...findings,
    {
      status: 'fail',
      rule: 'output',
      line: block.output.line + 1 + match.line,
      message: 'The output is not what the document shows.',
      expected: match.expected,
      actual: match.actual,
      ...screenOf(session, block),
    },
  ];
}

/** A background command is meant to go on; one that ended with an error is a fault even if every check passed. */
export function backgroundFindings(block: CommandBlock, records: CommandRecord[], session: Session): Finding[] {
  if (!block.background) return [];
  return records
    .filter((record) => record.status !== null && record.status !== '0')
    .map((record) => ({
      status: 'fail' as const,
      rule: 'background' as const,
      line: block.line,
      message: `This background command has ended: ${record.command}`,
      expected: 'still running',
      actual: ending(block, record.status!),
      ...screenOf(session, block),
    }));
}

const ending = (block: CommandBlock, status: string): string =>
  status === '0' ? 'success' : block.language === 'sql' ? `SQLSTATE ${status}` : `exit status ${status}`;
