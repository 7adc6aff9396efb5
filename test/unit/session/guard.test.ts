import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/model/check.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { Guard } from '../../../src/session/guard.ts';
import { initialState, type SessionState } from '../../../src/session/state.ts';
import { scenario } from '../../fixtures/tui-scenario.ts';

const check = (
  name: string,
  assertion: Check['assertion'] = { kind: 'file', path: '/x', user: 'student' } as Check['assertion'],
) => ({ name, assertion, within: 0, once: false, diagnose: [], otherwise: 'no', line: 1 }) as Check;
const [dump, rows] = [check('a dump'), check('its rows')];
const fail: Verdict = { status: 'fail', reason: '', expected: '', actual: '', diagnosis: null };

/** A lesson whose first step makes something, whose second looks at it, and whose third destroys. */
function lesson(at: number): SessionState {
  const checks = [[dump, rows, check('typed', { kind: 'ran', pattern: '.' })], [], [check('gone')], []];
  const steps = checks.map((all, i) => ({
    ...scenario.steps[0]!,
    id: `s${i}`,
    blocks: [{ kind: 'check' as const, checks: all, line: 1 }],
  }));
  const state = initialState({ ...scenario, steps }, 'local');
  return { ...state, step: at, steps: state.steps.map((step, i) => ({ ...step, completed: i < at })) };
}

const guardWith = (holds: Set<Check>) => {
  const asked: string[][] = [];
  const guard = new Guard(async (checks) => {
    asked.push(checks.map(({ name }) => name));
    return checks.map((one) => (holds.has(one) ? { status: 'pass' } : fail));
  });
  return { guard, asked };
};

describe('what is asked before the first command of a step', () => {
  it('are the lasting checks of the last finished step that has any, and what was lost is told once', async () => {
    const holds = new Set([dump, rows]);
    const { guard, asked } = guardWith(holds);
    expect(await guard.ask(lesson(2))).toEqual([]);
    expect(asked).toEqual([['a dump', 'its rows']]);
    holds.delete(dump);
    expect(await guard.ask(lesson(2))).toEqual([{ step: 0, check: dump }]);
    expect(await guard.ask(lesson(2))).toEqual([]);
  });

  it('includes what was found lost in an earlier step, until it holds again', async () => {
    const holds = new Set([rows]);
    const { guard } = guardWith(holds);
    expect(await guard.ask(lesson(1))).toHaveLength(1);
    expect(await guard.ask(lesson(3))).toContainEqual({ step: 0, check: dump });
  });

  it('is nothing once the step, or one after it, has been begun: it may undo what was reached', async () => {
    const { guard, asked } = guardWith(new Set());
    const state = lesson(1);
    const begun = (i: number) => ({
      ...state,
      steps: state.steps.map((s, at) => (at === i ? { ...s, blocks: { x: 'done' as const } } : s)),
    });
    expect(await guard.ask(begun(1))).toEqual([]);
    expect(await guard.ask(begun(3))).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('does not take a check that could not be made for one that is lost', async () => {
    const guard = new Guard(async (checks) => checks.map(() => ({ status: 'broken', reason: 'no server' })));
    expect(await guard.ask(lesson(1))).toEqual([]);
  });
});
