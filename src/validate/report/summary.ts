import { type Case, findingsOf, type Outcome, outcomeOf, type Run } from '../proof.ts';
import { truncate, wrap } from './fold.ts';
import { mark, type Paint } from './paint.ts';
import { many, printableRow } from './plain.ts';

interface Look {
  /** More than a screen was written before. */
  long: boolean;
  columns: number;
  paint: Paint;
}

/** The end of the text report: what failed once more, what was slow, and how many of each. */
export function summaryOf(run: Run, { long, columns, paint }: Look): string[] {
  const section = (title: string, rows: string[]) => (rows.length > 0 ? ['', paint('bold', title), ...rows] : []);
  return [
    ...section('Failed', long ? failures(run, columns, paint) : []),
    ...section('Slowest steps', slowest(run, columns)),
    ...section('Not run', notRun(run, columns)),
    '',
    ...totals(run, columns, paint),
  ];
}

function failures({ proofs }: Run, columns: number, paint: Paint): string[] {
  return proofs.flatMap((proof) =>
    findingsOf(proof)
      .filter(({ status }) => status !== 'note')
      .map(({ status, line, message }) => {
        const place = `${printableRow(proof.case.scenario)}:${line}  ${where(proof.case)}`;
        const text = `${place}  ${printableRow(message)}`;
        return `  ${mark(status, paint)} ${truncate(text, columns - 4)}`;
      }),
  );
}

/** Only of a run that one waited for, and whose steps are more than those shown here. */
function slowest({ proofs, milliseconds }: Run, columns: number): string[] {
  const steps = proofs.flatMap((proof) =>
    proof.steps.map((step) => ({
      ...step,
      title: printableRow(step.title),
      scenario: printableRow(proof.case.scenario),
      case: proof.case,
    })),
  );
  if (milliseconds < 5000 || steps.length <= SLOWEST) return [];
  const chosen = steps.toSorted((a, b) => b.milliseconds - a.milliseconds).slice(0, SLOWEST);
  const name = Math.max(...chosen.map((step) => step.scenario.length));
  const place = Math.max(...chosen.map((step) => where(step.case).length));
  return chosen.map((step) => {
    const columnsOf = [step.scenario.padEnd(name), where(step.case).padEnd(place), step.title];
    return truncate(`  ${seconds(step.milliseconds)}  ${columnsOf.join('  ')}`, columns);
  });
}

const SLOWEST = 5;

function notRun({ notRun: cases }: Run, columns: number): string[] {
  const named = cases.slice(0, NAMED).map((testCase) => `${printableRow(testCase.scenario)} ${where(testCase)}`);
  const others = cases.length > NAMED ? [`${cases.length - NAMED} more`] : [];
  return named.length > 0 ? wrap([...named, ...others].join(', '), columns - 2).map((row) => `  ${row}`) : [];
}

const NAMED = 12;

function totals({ proofs, notRun: left, milliseconds, interrupted }: Run, columns: number, paint: Paint): string[] {
  const count = (outcome: Outcome) => proofs.filter((proof) => outcomeOf(proof) === outcome).length;
  const counts = [
    [count('passed'), 'passed', 'green'],
    [count('failed'), 'failed', 'red'],
    [count('broken'), 'could not be told', 'magenta'],
    [count('interrupted'), 'interrupted', 'yellow'],
    [left.length, 'not run', 'yellow'],
  ] as const;
  const shown = counts.filter(([number, word]) => number > 0 || word === 'passed' || word === 'failed');
  const steps = proofs.reduce((sum, proof) => sum + proof.steps.length, 0);
  const extent = `${many(steps, 'step')} in ${duration(milliseconds)}${interrupted ? ', then interrupted' : ''}`;
  const plain = shown.map(([number, word]) => `${number} ${word}`).join(', ');
  const painted = shown
    .map(([number, word, style]) => paint(number > 0 ? ['bold', style] : 'dim', `${number} ${word}`))
    .join(', ');
  const together = plain.length + 2 + extent.length <= columns;
  return together ? [`${painted}  ${paint('dim', extent)}`] : [painted, paint('dim', extent)];
}

const where = ({ major, runtime }: Case): string => `${major} ${runtime}`;

export const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`.padStart(7);

const duration = (milliseconds: number): string => {
  const whole = Math.round(milliseconds / 1000);
  return whole < 60 ? seconds(milliseconds).trim() : `${Math.floor(whole / 60)} min ${whole % 60} s`;
};
