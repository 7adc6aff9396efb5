import { describe, expect, it } from 'vitest';
import { BINDINGS, commandFor, keyFor, LEADER } from '../../../src/tui/keymap.ts';

describe('keymap', () => {
  it('gives each key one meaning', () => {
    const keys = BINDINGS.flatMap((binding) => binding.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('reaches everything that the interface can do', () => {
    const commands = new Set(BINDINGS.map(({ command }) => command.do));
    const wanted = [
      'run',
      'next',
      'previous',
      'hint',
      'solution',
      'check',
      'answer',
      'tab',
      'switch',
      'scroll',
      'reset',
      'help',
      'quit',
      'back',
    ];
    expect([...commands].sort()).toEqual(wanted.sort());
  });

  it('leaves the leader to the input', () => {
    expect(commandFor(LEADER.key)).toBeUndefined();
  });

  it('counts terminals from one', () => {
    expect(commandFor('1')).toEqual({ do: 'tab', index: 0 });
    expect(commandFor('9')).toEqual({ do: 'tab', index: 8 });
  });

  it('tells r from R', () => {
    expect(commandFor('r')).toEqual({ do: 'run' });
    expect(commandFor('R')).toEqual({ do: 'reset' });
  });

  it('names a key with the leader only where it is needed', () => {
    expect(keyFor('next', 'terminal')).toBe('Ctrl-G n');
    expect(keyFor('next', 'lesson')).toBe('n');
  });
});
