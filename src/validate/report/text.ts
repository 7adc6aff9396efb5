import { styleText } from 'node:util';
import { type Case, type Finding, findingsOf, type Proof, type Reporter, type StepProof } from '../proof.ts';
import type { Output } from './output.ts';

type Style = Parameters<typeof styleText>[0];

/** For people, as it happens: one line a step and, where something is wrong, what, where, and what was on the screen. */
export function textReporter(output: Output, colour: boolean): Reporter {
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const line = (text = '') => output.write(`${text}\n`);

  const describe = (testCase: Case, finding: Finding) => {
    const mark = finding.status === 'fail' ? paint('red', '✗') : paint('magenta', '!');
    line(`      ${mark} ${paint('bold', `${testCase.file}:${finding.line}`)}  ${finding.message}`);
    for (const [label, text] of [
      ['expected', finding.expected],
      ['got     ', finding.actual],
    ]) {
      if (text !== undefined)
        line(`          ${paint('dim', label!)}  ${text.replaceAll('\n', '\n                    ')}`);
    }
    const screen = finding.evidence?.screen;
    if (screen === undefined) return;
    line(`          ${paint('dim', 'the last of the screen')}`);
    for (const row of screen.split('\n').slice(-15)) line(`          ${paint('dim', '│')} ${row}`);
  };

  return {
    caseStarted(testCase) {
      line(paint('bold', `${testCase.scenario}  PostgreSQL ${testCase.major}  ${testCase.runtime}`));
    },
    step(testCase, step) {
      line(
        `  ${mark(step, paint)} ${step.title.padEnd(52)} ${paint('dim', `${seconds(step.milliseconds)}${tried(step)}`)}`,
      );
      for (const finding of step.findings) describe(testCase, finding);
    },
    caseEnded(proof) {
      for (const finding of proof.findings) describe(proof.case, finding);
      if (proof.kept) line(`      The lab was kept. Enter it with: waldojo labs enter ${proof.kept}`);
      line();
    },
    end({ proofs, milliseconds, interrupted }) {
      const failed = proofs.filter((proof) => findingsOf(proof).some(({ status }) => status === 'fail'));
      const broken = proofs.filter((proof) => !failed.includes(proof) && findingsOf(proof).length > 0);
      const passed = proofs.length - failed.length - broken.length;
      const parts = [
        paint('green', `${passed} passed`),
        failed.length > 0 ? paint('red', `${failed.length} failed`) : '0 failed',
        ...(broken.length > 0 ? [paint('magenta', `${broken.length} could not be told`)] : []),
        ...(interrupted ? [paint('yellow', 'interrupted')] : []),
      ];
      line(`${parts.join(', ')}  ${paint('dim', `${count(proofs)} in ${seconds(milliseconds).trim()}`)}`);
    },
  };
}

const mark = (step: StepProof, paint: (style: Style, text: string) => string): string => {
  if (step.findings.some(({ status }) => status === 'fail')) return paint('red', '✗');
  return step.findings.length > 0 ? paint('magenta', '!') : paint('green', '✓');
};

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`.padStart(7);

const many = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const tried = (step: StepProof): string => {
  const parts = [many(step.checks, 'check')];
  if (step.mistakes > 0) parts.push(many(step.mistakes, 'mistake'));
  return step.checks > 0 ? `   ${parts.join(', ')}` : '';
};

const count = (proofs: Proof[]): string => {
  const steps = proofs.reduce((sum, proof) => sum + proof.steps.length, 0);
  return `${many(proofs.length, 'lesson')}, ${many(steps, 'step')}`;
};
