import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/model/check.ts';
import type { Block, CommandBlock, Scenario } from '../../../src/model/scenario.ts';
import { initialState, nextBlock, reduce } from '../../../src/session/state.ts';

const command = (kind: 'run' | 'solution', id: string): CommandBlock => ({
  kind,
  id,
  language: 'sh',
  text: 'true',
  terminal: 'shell',
  exit: '0',
  timeout: 1000,
  background: false,
  interrupt: false,
  optional: false,
  line: 1,
});
const check = (name: string): Check => ({
  name,
  assertion: { kind: 'answer', question: 'q' },
  within: 0,
  once: false,
  diagnose: [],
  otherwise: 'no',
  line: 1,
});
const scenario = (...steps: Block[][]): Scenario => ({
  id: 'example',
  file: 'example/scenario.md',
  title: 'Example',
  summary: '',
  difficulty: 'beginner',
  minutes: 1,
  tags: [],
  majors: [17],
  major: 17,
  after: [],
  lab: { host: 'lab', image: 'postgres', clusters: [] },
  terminals: [{ name: 'shell', user: 'student' }],
  sources: [],
  introduction: [],
  steps: steps.map((blocks, i) => ({ id: `step-${i}`, title: `Step ${i}`, line: 1, blocks })),
});
const checks = (...names: string[]): Block => ({ kind: 'check', checks: names.map(check), line: 1 });
const fail = { status: 'fail', reason: '', expected: '', actual: '', diagnosis: null } as const;

describe('reduce', () => {
  it('completes a step only when all its checks pass together', () => {
    let state = initialState(scenario([checks('a', 'b')]), 'local');
    state = reduce(state, { type: 'verdicts', step: 0, verdicts: [{ status: 'pass' }, fail], latched: [] });
    expect(state.steps[0]!.completed).toBe(false);
    state = reduce(state, { type: 'verdicts', step: 0, verdicts: [fail, { status: 'pass' }], latched: [] });
    expect(state.steps[0]!.completed).toBe(false);
    state = reduce(state, {
      type: 'verdicts',
      step: 0,
      verdicts: [{ status: 'pass' }, { status: 'pass' }],
      latched: [],
    });
    expect(state.steps[0]!.completed).toBe(true);
  });

  it('keeps a step completed when a later step undoes what it asked for', () => {
    let state = initialState(scenario([checks('a')]), 'local');
    state = reduce(state, { type: 'verdicts', step: 0, verdicts: [{ status: 'pass' }], latched: [] });
    state = reduce(state, { type: 'verdicts', step: 0, verdicts: [fail], latched: [] });
    expect(state.steps[0]).toMatchObject({ completed: true, verdicts: [fail] });
  });

  it('never completes a step while a check is broken', () => {
    const state = reduce(initialState(scenario([checks('a')]), 'local'), {
      type: 'verdicts',
      step: 0,
      verdicts: [{ status: 'broken', reason: 'no lab' }],
      latched: [],
    });
    expect(state.steps[0]!.completed).toBe(false);
  });

  it('leaves the state of before as it was', () => {
    const before = initialState(scenario([checks('a')]), 'local');
    const copy = structuredClone(before);
    reduce(before, { type: 'hint' });
    reduce(before, { type: 'block', step: 0, block: 'x', status: 'done' });
    expect(before).toEqual(copy);
  });

  it('begins a finished step that was typed partly by hand at its first command when it is entered again', () => {
    const at = (done: string[], completed: boolean) => {
      let state = initialState(scenario([command('run', 'a'), command('run', 'b'), checks('c')], []), 'local');
      if (completed) state = reduce(state, { type: 'verdicts', step: 0, verdicts: [{ status: 'pass' }], latched: [] });
      for (const block of done) state = reduce(state, { type: 'block', step: 0, block, status: 'done' });
      for (const step of [1, 0]) state = reduce(state, { type: 'step', step });
      return nextBlock(state)?.id;
    };
    expect(at(['a'], true)).toBe('a');
    expect(at(['a'], false)).toBe('b');
    expect(at(['a', 'b'], true)).toBeUndefined();
  });

  it('knows whether a finished step has held in the lab that there is', () => {
    let state = initialState(scenario([checks('a')]), 'local');
    state = reduce(state, { type: 'verdicts', step: 0, verdicts: [{ status: 'pass' }], latched: [] });
    state = reduce(state, { type: 'verdicts', step: 0, verdicts: [fail], latched: [] });
    expect(state.steps[0]).toMatchObject({ completed: true, held: true });
    state = reduce(state, { type: 'reset' });
    state = reduce(state, { type: 'verdicts', step: 0, verdicts: [fail], latched: [] });
    expect(state.steps[0]).toMatchObject({ completed: true, held: false });
  });

  it('forgets everything of the lab on a reset, and not what was finished', () => {
    let state = initialState(scenario([checks('a')], [checks('b')]), 'local');
    state = reduce(state, { type: 'verdicts', step: 0, verdicts: [{ status: 'pass' }], latched: [] });
    state = reduce(state, { type: 'step', step: 1 });
    state = reduce(state, { type: 'entered', step: 1 });
    state = reduce(state, { type: 'reset' });
    expect(state.step).toBe(0);
    expect(state.steps[1]!.entered).toBe(false);
    expect(state.steps[0]).toMatchObject({ completed: true, verdicts: [null] });
  });
});

describe('nextBlock', () => {
  it('goes through the shown commands in their order, and to a solution only when it was asked for', () => {
    let state = initialState(scenario([command('run', 'one'), command('solution', 'two')]), 'local');
    expect(nextBlock(state)?.id).toBe('one');
    state = reduce(state, { type: 'block', step: 0, block: 'one', status: 'done' });
    expect(nextBlock(state)).toBeUndefined();
    state = reduce(state, { type: 'solution' });
    expect(nextBlock(state)?.id).toBe('two');
    state = reduce(state, { type: 'block', step: 0, block: 'two', status: 'failed' });
    expect(nextBlock(state)?.id).toBe('two');
    state = reduce(state, { type: 'block', step: 0, block: 'two', status: 'left-out' });
    expect(nextBlock(state)).toBeUndefined();
    state = reduce(state, { type: 'again' });
    expect(nextBlock(state)?.id).toBe('one');
  });
});
