import { describe, expect, it } from 'vitest';
import { BINDINGS, commandFor, keyFor, LEADER, readingCommand } from '../../../src/tui/keymap.ts';

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
      'leave-out',
      'hint',
      'solution',
      'check',
      'copy',
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

  it('names a key with the leader, which is always needed', () => {
    expect(keyFor('next')).toBe('Ctrl-G n');
  });

  it('has no key that writes something and is a command by itself, but for the space that pages', () => {
    const alone = BINDINGS.flatMap(({ keys }) => keys).filter((key) => readingCommand(key));
    expect(alone.filter((key) => key.length === 1)).toEqual([]);
    expect(alone).toContain('space');
  });
});
