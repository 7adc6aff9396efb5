import { describe, expect, it } from 'vitest';
import { inOrder, type PickerItem, PickerModel } from '../../../src/tui/picker-model.ts';

const item = (id: string, more: Partial<PickerItem> = {}): PickerItem => ({
  id,
  title: `Title of ${id}`,
  summary: '',
  difficulty: 'beginner',
  minutes: 10,
  steps: 5,
  completed: 0,
  finished: false,
  lab: null,
  after: [],
  ...more,
});
const size = { columns: 80, rows: 24 };

describe('the picker', () => {
  it('puts what comes first before what comes after it, also where the documents go round in a circle', () => {
    const ids = (items: PickerItem[]) => inOrder(items).map(({ id }) => id);
    expect(ids([item('c', { after: ['b'] }), item('b', { after: ['a'] }), item('a')])).toEqual(['a', 'b', 'c']);
    expect(ids([item('a', { after: ['b'] }), item('b', { after: ['a'] })])).toHaveLength(2);
    expect(ids([item('a', { after: ['unknown'] })])).toEqual(['a']);
  });

  it('begins at what was begun, else at what is not finished', () => {
    const done = item('a', { finished: true });
    expect(new PickerModel([done, item('b'), item('c', { lab: 'stopped' })], [], size).selected).toBe(2);
    expect(new PickerModel([done, item('b')], [], size).selected).toBe(1);
    expect(new PickerModel([done], [], size).selected).toBe(0);
  });

  it('opens what is selected', async () => {
    const model = new PickerModel([item('a'), item('b')], [], size);
    model.press('j', 'j');
    model.press('down', '');
    model.press('enter', '');
    expect(await model.chosen).toEqual({ id: 'b' });
  });

  it('filters as one types, and opens what is left', async () => {
    const model = new PickerModel([item('alpha'), item('beta')], [], size);
    for (const key of ['/', 'b', 'e', 't', 'q', 'backspace']) model.press(key, key.length === 1 ? key : '');
    expect(model.shown.map(({ id }) => id)).toEqual(['beta']);
    model.press('enter', '');
    expect(await model.chosen).toEqual({ id: 'beta' });
  });

  it('opens nothing when nothing matches', () => {
    const model = new PickerModel([item('alpha')], [], size);
    for (const key of ['/', 'x', 'y', 'z']) model.press(key, key);
    expect(model.shown).toEqual([]);
    model.press('enter', '');
    model.press('escape', '');
    expect(model.shown).toHaveLength(1);
  });

  it.each(['q', 'ctrl+c'])('quits with %s', async (key) => {
    const model = new PickerModel([item('a')], [], size);
    model.press(key, '');
    expect(await model.chosen).toBeNull();
  });

  it('selects with the first click and opens with the second', async () => {
    const model = new PickerModel([item('a'), item('b')], [], size);
    model.choose(1);
    expect(model.selected).toBe(1);
    model.choose(1);
    expect(await model.chosen).toEqual({ id: 'b' });
  });
});
