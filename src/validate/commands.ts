import type { CommandBlock } from '../model/scenario.ts';
import { diffOutput } from '../scenario/output/diff.ts';
import { matchOutput } from '../scenario/output/match.ts';
import type { Session } from '../session/session.ts';
import { evidenceOf } from './evidence.ts';
import type { Finding, Rule } from './proof.ts';
import type { Typed } from './solve.ts';

/** Whether the commands of a block ended, and printed, as the document says. */
export function commandFindings(typed: Typed, session: Session, update: boolean): Finding[] {
  const { block, records } = typed;
  const findings = endedOtherwise(typed, session, 'exit', 'This');
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
      evidence: evidenceOf(session, block, records),
    },
  ];
}

/** A finding for each command of a block that has ended, and not as the document says; `subject` is what it is called. */
export function endedOtherwise({ block, records }: Typed, session: Session, rule: Rule, subject: string): Finding[] {
  const evidence = evidenceOf(session, block, records);
  const nothing = records.length === 0 && block.text.split('\n').some((line) => !/^\s*(#|--|$)/.test(line));
  if (nothing) {
    const message = `${subject} block was typed, and nothing ran.`;
    return [{ status: 'fail', rule, line: block.line, message, evidence }];
  }
  return records.flatMap((record, i): Finding[] => {
    const last = i === records.length - 1;
    const expected = last ? block.exit : '0';
    // What stays in the background is looked at for itself. A program that was started and stays, such as psql, has no end yet.
    if ((last && block.background) || record.status === null || record.status === expected) return [];
    return [
      {
        status: 'fail',
        rule,
        line: block.line,
        message: `${subject} command did not end as the document says: ${record.command}`,
        expected: ending(block, expected),
        actual: ending(block, record.status),
        evidence,
      },
    ];
  });
}

/** What a background command says of itself: it is meant to go on, so one that has ended is a fault even if every check passed. */
export function backgroundFindings({ block, records }: Typed, session: Session): Finding[] {
  const last = records.at(-1);
  if (!block.background || !last || last.endedAt === null) return [];
  return [
    {
      status: 'fail',
      rule: 'background',
      line: block.line,
      message: `This background command has ended: ${last.command}`,
      expected: 'still running',
      actual: last.status === null ? 'the end of its terminal' : ending(block, last.status),
      evidence: evidenceOf(session, block, records),
    },
  ];
}

const ending = (block: CommandBlock, status: string): string =>
  status === '0' ? 'success' : block.language === 'sql' ? `SQLSTATE ${status}` : `exit status ${status}`;
