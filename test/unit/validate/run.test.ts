import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/util/user-error.ts';
import {
  type Case,
  type Finding,
  outcomeOf,
  type Proof,
  type Reporter,
  type Run,
} from '../../../src/validate/proof.ts';
import { type RunOptions, runCases } from '../../../src/validate/run.ts';

const CASES = ['a', 'b', 'c', 'd', 'e'].map(
  (scenario): Case => ({
    ...{ scenario, title: scenario, directory: `/${scenario}`, file: 'scenario.md', major: 17, runtime: 'local' },
  }),
);

const proofOf = (testCase: Case, findings: Finding[] = [], interrupted = false): Proof => ({
  ...{ case: testCase, steps: [], findings, milliseconds: 1, interrupted },
});
const fault: Finding = { status: 'fail', rule: 'vacuous', line: 1, message: 'It proves nothing.' };

/** Runs all cases; `log` is what a reporter heard, in order. */
async function runAll(options: Partial<RunOptions>): Promise<{ run: Run; log: string[]; bugs: unknown[] }> {
  const log: string[] = [];
  const bugs: unknown[] = [];
  const reporter: Reporter = {
    caseStarted: ({ scenario }) => log.push(`begin ${scenario}`),
    step: ({ scenario }, { id }) => log.push(`step ${scenario} ${id}`),
    caseEnded: (proof) => log.push(`end ${proof.case.scenario}`),
    end: async () => void log.push('report'),
  };
  const run = await runCases(CASES, {
    ...{ jobs: 1, bail: false, reporter, signal: new AbortController().signal },
    prove: async (testCase) => proofOf(testCase),
    onBug: (error) => bugs.push(log.at(-1), error),
    ...options,
  });
  return { run, log, bugs };
}

const names = (cases: Case[]) => cases.map(({ scenario }) => scenario).join('');

it('proves in the order of the plan and reports once, at the end', async () => {
  const { run, log } = await runAll({});
  expect(log).toEqual([...CASES.flatMap(({ scenario }) => [`begin ${scenario}`, `end ${scenario}`]), 'report']);
  expect(run).toMatchObject({ notRun: [], interrupted: false });
  expect(names(run.proofs.map((proof) => proof.case))).toBe('abcde');
});

it.each([1, 2, 3, 9])('with %i jobs has as many at work as that, and never more', async (jobs) => {
  let working = 0;
  let most = 0;
  const { run } = await runAll({
    jobs,
    prove: async (testCase) => {
      most = Math.max(most, ++working);
      await turn();
      working--;
      return proofOf(testCase);
    },
  });
  expect(most).toBe(Math.min(jobs, CASES.length));
  expect(run.proofs).toHaveLength(CASES.length);
});

describe('an error in one case', () => {
  const failing = (error: Error): RunOptions['prove'] => {
    return async (testCase, onStep) => {
      if (testCase.scenario !== 'b') return proofOf(testCase);
      onStep({ id: 'one', title: 'One', line: 9, checks: 1, mistakes: 0, ablations: 0, milliseconds: 1, findings: [] });
      throw error;
    };
  };

  it('makes that one broken with the steps that it had, and the others go on', async () => {
    const { run, bugs } = await runAll({ prove: failing(new UserError('engine-gone', 'The engine has gone.')) });
    expect(run.proofs[1]).toMatchObject({
      case: CASES[1],
      steps: [{ id: 'one' }],
      findings: [{ status: 'broken', rule: 'lab', message: 'The engine has gone.' }],
      interrupted: false,
    });
    expect(names(run.proofs.map((proof) => proof.case))).toBe('abcde');
    expect(bugs).toEqual([]);
  });

  it('that was not foreseen and meets every case is told once', async () => {
    const { bugs } = await runAll({ prove: () => Promise.reject(new TypeError('x is not a function')) });
    expect(bugs).toEqual(['report', new TypeError('x is not a function')]);
  });

  it.each([new TypeError('x is not a function'), new DOMException('Gone', 'AbortError')])(
    'that nobody foresaw is handed on after the report (%s)',
    async (error) => {
      const { run, bugs } = await runAll({ prove: failing(error) });
      expect(run.proofs[1]!.findings).toMatchObject([{ status: 'broken', message: error.message }]);
      expect(bugs).toEqual(['report', error]);
    },
  );
});

it('begins no more, with bail, after one that does not pass, and lets those at work go on', async () => {
  const { run } = await runAll({
    jobs: 2,
    bail: true,
    prove: async (testCase) => {
      if (testCase.scenario === 'a') return proofOf(testCase, [fault]);
      for (let i = 0; i < 20; i++) await turn();
      return proofOf(testCase);
    },
  });
  expect(names(run.proofs.map((proof) => proof.case))).toBe('ab');
  expect(names(run.notRun)).toBe('cde');
});

it('after an interrupt begins no more, and reports what it has', async () => {
  const interrupt = new AbortController();
  const { run, log, bugs } = await runAll({
    jobs: 2,
    signal: interrupt.signal,
    prove: async (testCase, onStep) => {
      if (testCase.scenario === 'a') return proofOf(testCase, [fault]);
      if (testCase.scenario === 'b') {
        await new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve));
        return proofOf(testCase, [], true);
      }
      onStep({ id: 'one', title: 'One', line: 9, checks: 1, mistakes: 0, ablations: 0, milliseconds: 1, findings: [] });
      interrupt.abort(new DOMException('Interrupted', 'AbortError'));
      throw interrupt.signal.reason;
    },
  });
  expect(run.interrupted).toBe(true);
  expect(run.proofs.map((proof) => [proof.case.scenario, proof.interrupted, proof.findings.length])).toEqual(
    expect.arrayContaining([
      ['a', false, 1],
      ['b', true, 0],
      ['c', true, 0],
    ]),
  );
  expect(run.proofs.find((proof) => proof.case.scenario === 'c')!.steps).toHaveLength(1);
  expect(names(run.notRun)).toBe('de');
  expect(log.at(-1)).toBe('report');
  expect(bugs).toEqual([]);
});

describe('a case that does not end', () => {
  const ONE = { id: 'one', title: 'One', line: 9, checks: 1, mistakes: 0, ablations: 0, milliseconds: 1, findings: [] };
  /** Begins all, and never ends `a` and `b`. */
  const hanging =
    (then: () => void): RunOptions['prove'] =>
    async (testCase, onStep) => {
      if (!'ab'.includes(testCase.scenario)) return proofOf(testCase);
      onStep(ONE);
      if (testCase.scenario === 'b') setImmediate(then);
      return new Promise<never>(() => {});
    };

  it.each([
    ['has its time after an interrupt', 5, false],
    ['has none any more when it is hurried', 1e6, true],
  ])('%s, and there is a whole report', async (_, grace, hurried) => {
    const [interrupt, hurry] = [new AbortController(), new AbortController()];
    const { run, log, bugs } = await runAll({
      ...{ jobs: 2, grace, signal: interrupt.signal, hurry: hurry.signal },
      prove: hanging(() => {
        interrupt.abort(new DOMException('Interrupted', 'AbortError'));
        if (hurried) hurry.abort(new DOMException('Interrupted', 'AbortError'));
      }),
    });
    expect(run.proofs).toMatchObject([
      { steps: [{ id: 'one' }], findings: [], interrupted: true },
      { steps: [{ id: 'one' }], findings: [], interrupted: true },
    ]);
    expect([names(run.notRun), log.at(-1), bugs]).toEqual(['cde', 'report', []]);
  });

  it('is broken once nothing is left that could end it, and the others go on', async () => {
    const listeners = new Set<(reason: Error) => void>();
    const stall = () => {
      for (const listener of [...listeners]) listener(new UserError('stalled', 'It has gone.'));
    };
    const { run, log, bugs } = await runAll({
      jobs: 2,
      onStall: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      prove: hanging(stall),
    });
    const broken = { steps: [{ id: 'one' }], findings: [{ status: 'broken', message: 'It has gone.' }] };
    expect(run.proofs).toMatchObject([broken, broken, {}, {}, {}]);
    expect([run.notRun, log.at(-1), bugs, listeners.size]).toEqual([[], 'report', [], 0]);
  });
});

it('says why a report could not be written, after an interrupt as well', async () => {
  const reporter: Reporter = { end: () => Promise.reject(new UserError('report-file', 'No room.')) };
  await expect(runAll({ reporter })).rejects.toThrow('No room.');
  expect((await runAll({ reporter, signal: AbortSignal.abort() })).bugs.at(-1)).toMatchObject({ message: 'No room.' });
});

it('is not called passed where nothing was done, or not all', () => {
  const step = {
    id: 'one',
    title: 'One',
    line: 9,
    checks: 1,
    mistakes: 0,
    ablations: 0,
    milliseconds: 1,
    findings: [],
  };
  const proof = { ...proofOf(CASES[0]!), steps: [step] };
  expect([proof, { ...proof, steps: [] }, { ...proof, unreached: 1 }].map(outcomeOf)).toEqual([
    'passed',
    'broken',
    'broken',
  ]);
});
