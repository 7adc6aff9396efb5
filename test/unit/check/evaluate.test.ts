import { expect, test } from 'vitest';
import type { CheckContext, RanCommand } from '../../../src/check/context.ts';
import { evaluate } from '../../../src/check/evaluate.ts';
import { SqlPool } from '../../../src/check/sql-pool.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import type { Assertion, Check } from '../../../src/model/check.ts';

const topology = { host: 'lab', image: 'postgres', clusters: [] };

/** A context whose lab can run nothing: enough for what looks at the learner alone. */
function contextOf(more: Partial<CheckContext> = {}): CheckContext {
  const lab = {
    gone: new AbortController().signal,
    exec: async () => {
      throw new Error('The engine does not answer.');
    },
  } as unknown as Lab;
  const signal = new AbortController().signal;
  return { lab, topology, sql: new SqlPool(lab, topology), commands: [], answers: {}, signal, ...more };
}

const checkOf = (assertion: Assertion, more: Partial<Check> = {}): Check => ({
  name: 'it holds',
  assertion,
  within: 0,
  once: false,
  diagnose: [],
  otherwise: 'Not yet.',
  line: 1,
  ...more,
});

const answered: Assertion = { kind: 'answer', question: 'q' };
const broken: Assertion = { kind: 'file', path: '/' };
const RUNNING: RanCommand = { terminal: 'shell', command: 'pg_basebackup -D /b', status: null };
const ranWith = (more: object): Assertion => ({ kind: 'ran', pattern: '^pg_basebackup\\b', ...more });
const actualOf = async (assertion: Assertion, context: CheckContext) => {
  const verdict = await evaluate(checkOf(assertion), context);
  return verdict.status === 'fail' ? verdict.actual : verdict.status;
};

test('an answer passes only when it is right', async () => {
  expect(await evaluate(checkOf(answered), contextOf({ answers: { q: true } }))).toEqual({ status: 'pass' });
  expect(await actualOf(answered, contextOf())).toBe('no answer yet');
  expect(await actualOf(answered, contextOf({ answers: { q: false } }))).toBe('another answer');
});

test('a command counts when it matches, in its terminal, with its end', async () => {
  const failed = { ...RUNNING, status: '1' };
  const done = { ...RUNNING, status: '0' };
  const after = (...commands: RanCommand[]) => contextOf({ commands });
  expect(await actualOf(ranWith({}), after())).toBe('no such command yet');
  expect(await actualOf(ranWith({}), after({ ...done, command: 'man pg_basebackup' }))).toBe('no such command yet');
  expect(await actualOf(ranWith({}), after(RUNNING))).toBe('pass');
  expect(await actualOf(ranWith({ exit: '0' }), after(RUNNING))).toBe('it is still running');
  expect(await actualOf(ranWith({ exit: '0' }), after(done, failed))).toBe('pass');
  expect(await actualOf(ranWith({ exit: '0' }), after(failed))).toBe('it ended with 1');
  expect(await actualOf(ranWith({ terminal: 'psql' }), after(done))).toBe('it was run in the terminal shell');
});

test('the first diagnosis that holds is the reason', async () => {
  const diagnose = [
    { when: ranWith({ exit: '0' }), say: 'It has run.' },
    { when: ranWith({ exit: '1' }), say: 'It has failed, and found {{actual}} for {{expected}}.' },
    { when: ranWith({}), say: 'It was run.' },
  ];
  const context = contextOf({ commands: [{ ...RUNNING, status: '1' }] });
  expect(await evaluate(checkOf(answered, { diagnose }), context)).toEqual({
    status: 'fail',
    reason: 'It has failed, and found no answer yet for the right answer.',
    expected: 'the right answer',
    actual: 'no answer yet',
    diagnosis: 1,
  });
});

test('without a diagnosis the reason is `otherwise`', async () => {
  const diagnose = [{ when: ranWith({}), say: 'It was run.' }];
  const verdict = await evaluate(checkOf(answered, { diagnose, otherwise: 'Found {{actual}}.' }), contextOf());
  expect(verdict).toMatchObject({ reason: 'Found no answer yet.', diagnosis: null });
});

test('a diagnosis that cannot be made is passed over', async () => {
  const diagnose = [
    { when: broken, say: 'Never.' },
    { when: ranWith({}), say: 'It was run.' },
  ];
  const verdict = await evaluate(checkOf(answered, { diagnose }), contextOf({ commands: [RUNNING] }));
  expect(verdict).toMatchObject({ reason: 'It was run.', diagnosis: 1 });
});

test('a check that cannot be made is broken, whatever a diagnosis would say', async () => {
  const diagnose = [{ when: ranWith({}), say: 'It was run.' }];
  const verdict = await evaluate(checkOf(broken, { diagnose }), contextOf({ commands: [RUNNING] }));
  expect(verdict).toEqual({ status: 'broken', reason: 'The engine does not answer.' });
  const badPattern: Assertion = { kind: 'ran', pattern: '(' };
  expect(await evaluate(checkOf(badPattern), contextOf())).toMatchObject({ status: 'broken' });
  const noCluster: Assertion = { kind: 'cluster', cluster: 'other', is: { state: 'running', negated: false } };
  const reason = 'There is no cluster other in this lab.';
  expect(await evaluate(checkOf(noCluster), contextOf())).toEqual({ status: 'broken', reason });
});

test('a lab that has gone breaks every check with its own reason', async () => {
  const lab = { gone: AbortSignal.abort(new Error('The lab has died.')) } as unknown as Lab;
  expect(await evaluate(checkOf(answered), contextOf({ lab }))).toEqual({
    status: 'broken',
    reason: 'The lab has died.',
  });
});

test('an abort rejects', async () => {
  const signal = AbortSignal.abort();
  await expect(evaluate(checkOf(answered), contextOf({ signal }))).rejects.toThrow(/abort/);
});

test('a check that does not end is broken when its time is over, whether or not it listens', async () => {
  const lab = { gone: new AbortController().signal, exec: () => new Promise(() => {}) } as unknown as Lab;
  const reason = 'It could not be told within 0.05 s, and was given up.';
  expect(await evaluate(checkOf(broken), contextOf({ lab }), true, 50)).toEqual({ status: 'broken', reason });
});

test('what a lab says reaches a verdict without what a terminal would obey', async () => {
  const lab = {
    gone: new AbortController().signal,
    exec: async () => ({ exitCode: 3, stdout: 'begun\n', stderr: '\u001b[?1049h\u0007oh' }),
  } as unknown as Lab;
  const command: Assertion = { kind: 'command', command: 'x', user: 'student', exit: 0 };
  expect(await actualOf(command, contextOf({ lab }))).toBe('exit status 3: \ufffd[?1049h\ufffdoh');
});
