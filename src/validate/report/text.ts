import { type Case, type Finding, findingsOf, type Proof, type Reporter, type StepProof } from '../proof.ts';
import { chop, wrap } from './fold.ts';
import type { Output } from './output.ts';
import { mark, type Paint, painter } from './paint.ts';
import { circumstances, many, type Part, printable, printableRow, tell, worst } from './plain.ts';
import { seconds, summaryOf } from './summary.ts';

/** Rows of each kind of evidence. */
const ROWS = 15;
const INDENT = ' '.repeat(6);
/** Columns of a title: as many as leave room for all that was tried in a row of 80. */
const TITLE = 32;

/** For people, as it happens: one line a step and, where something is wrong, what, where, and what was to be seen. */
export function textReporter(output: Output, colour: boolean): Reporter {
  const paint = painter(colour);
  const columns = output.columns || Number.POSITIVE_INFINITY;
  const running = new Set<Case>();
  let current: Case | undefined;
  let written = 0;
  let gap = true;
  const line = (text: string) => {
    written += 1;
    gap = false;
    output.write(`${text}\n`);
  };
  /** One blank line, however many ask for it. */
  const blank = () => {
    if (!gap) line('');
    gap = true;
  };

  /** Cases that are proved at the same time take turns, and each turn says whose it is. */
  const turnTo = (testCase: Case) => {
    if (current === testCase) return;
    blank();
    const { scenario, major, runtime } = testCase;
    line(`${paint('bold', printableRow(scenario))}  ${paint('dim', `PostgreSQL ${major}  ${runtime}`)}`);
    current = testCase;
  };

  const describe = ({ file }: Case, findings: Finding[]) => {
    const told = tell(findings, ROWS);
    for (const [i, finding] of findings.entries()) {
      blank();
      for (const row of headline(file, finding, columns - INDENT.length, paint)) line(INDENT + row);
      for (const parts of [told[i]!.difference, told[i]!.evidence]) {
        for (const row of parts.flatMap((part) => rowsOf(part, columns - 8, paint))) line(`${INDENT}  ${row}`);
        blank();
      }
    }
  };

  return {
    caseStarted(testCase) {
      if (running.size === 0) turnTo(testCase);
      running.add(testCase);
    },
    step(testCase, step) {
      if (step.findings.length === 0 && tried(step).length === 0) return;
      turnTo(testCase);
      line(stepLine(step, columns, paint));
      describe(testCase, step.findings);
    },
    caseEnded(proof) {
      running.delete(proof.case);
      const notes = notesOn(proof);
      if (proof.findings.length + notes.length === 0) return;
      turnTo(proof.case);
      describe(proof.case, proof.findings);
      for (const note of notes) for (const row of wrap(note, columns - 2)) line(`  ${paint('dim', row)}`);
    },
    end(run) {
      const long = written > (output.rows || 24);
      for (const row of summaryOf(run, { long, columns, paint })) {
        if (row === '') blank();
        else line(row);
      }
    },
  };
}

function stepLine(step: StepProof, columns: number, paint: Paint): string {
  const title = printableRow(step.title).padEnd(TITLE);
  const begin = `  ${mark(worst(step.findings), paint)} ${seconds(step.milliseconds)}  ${title}`;
  const room = columns - 13 - title.length - 3;
  const parts = tried(step);
  while (parts.length > 0 && parts.join(', ').length > room) parts.pop();
  return parts.length > 0 ? `${begin}   ${paint('dim', parts.join(', '))}` : begin.trimEnd();
}

const tried = ({ checks, mistakes, ablations, rewinds = 0 }: StepProof): string[] => [
  ...(checks > 0 ? [many(checks, 'check')] : []),
  ...(mistakes > 0 ? [many(mistakes, 'mistake')] : []),
  ...(ablations > 0 ? [`${ablations} left out`] : []),
  ...(rewinds > 0 ? [many(rewinds, 'rewind')] : []),
];

/** Place and message in one line where there is room for both. */
function headline(file: string, finding: Finding, columns: number, paint: Paint): string[] {
  const place = `${printableRow(file)}:${finding.line}`;
  const message = printable(finding.message);
  const begin = `${mark(finding.status, paint)} ${paint('bold', place)}`;
  if (!message.includes('\n') && 2 + place.length + 2 + message.length <= columns) return [`${begin}  ${message}`];
  return [begin, ...wrap(message, columns - 2).map((row) => `  ${row}`)];
}

function rowsOf({ kind, label, rows }: Part, columns: number, paint: Paint): string[] {
  switch (kind) {
    case 'said': {
      const style = label === 'got' ? 'red' : 'green';
      const pieces = rows.flatMap((row) => wrap(row, columns - 10));
      return pieces.map((piece, i) => paint('dim', (i === 0 ? label : '').padEnd(10)) + paint(style, piece));
    }
    case 'diff':
      return rows.flatMap((row, i) => chop(row, columns).map((piece) => paintDiff(row, i, piece, paint)));
    case 'seen': {
      const pieces = rows.flatMap((row) => wrap(row, columns - 2));
      return [paint('dim', label), ...pieces.map((piece) => `${paint('dim', '│')} ${piece}`)];
    }
  }
}

/** The first two rows name what is compared; a row like them further down is a comment in SQL that is gone. */
function paintDiff(row: string, index: number, piece: string, paint: Paint): string {
  if (index < 2 && /^(---|\+\+\+) /.test(row)) return paint('dim', piece);
  const style = ({ '+': 'green', '-': 'red', '@': 'cyan' } as const)[row[0]!];
  return style ? paint(style, piece) : piece;
}

function notesOn(proof: Proof): string[] {
  const after = proof.steps.length === 0 ? 'before its first step ended' : `after ${many(proof.steps.length, 'step')}`;
  const { unreached = 0 } = proof;
  const rest = unreached === 1 ? 'The step after it was' : `The ${unreached} steps after it were`;
  return [
    ...(unreached > 0 && !proof.interrupted ? [`${rest} not reached.`] : []),
    ...(proof.interrupted ? [`Interrupted ${after}.`] : []),
    ...(worst(findingsOf(proof)) ? circumstances(proof) : []),
  ];
}
