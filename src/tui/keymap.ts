/** What a person can ask the interface for, by key or by mouse. */
export type Command =
  | { do: 'run'; block?: string }
  | { do: 'next' | 'previous' | 'hint' | 'solution' | 'check' | 'reset' | 'help' | 'quit' | 'menu' | 'switch' | 'back' }
  /** `choice` answers at once. */
  | { do: 'answer'; question?: string; choice?: number }
  | { do: 'tab'; index: number | 'next' }
  | { do: 'scroll'; by: number; unit: 'line' | 'page' | 'end' }
  /** An option of the dialog that is open. */
  | { do: 'choose'; index: number };

export interface Binding {
  /** Names as the input reports them; the first one is shown. */
  keys: string[];
  /** Shown in place of the first key's name. */
  shown?: string;
  command: Command;
  /** For the help and the panel that follows the leader. */
  label: string;
  /** For the footer; without one it is not there. */
  short?: string;
}

/** The one key that is not the terminal's. */
export const LEADER = { key: 'ctrl+g', shown: 'Ctrl-G' } as const;

/**
 * What follows the leader. While the lesson has the focus the same keys work by themselves. This table is the only place
 * that knows them: it draws the footer, the panel after the leader and the help.
 */
export const BINDINGS: readonly Binding[] = [
  { keys: ['r', 'enter'], command: { do: 'run' }, label: 'Run the next command', short: 'run' },
  { keys: ['n'], command: { do: 'next' }, label: 'Next step', short: 'next' },
  { keys: ['p'], command: { do: 'previous' }, label: 'Previous step', short: 'back' },
  { keys: ['h'], command: { do: 'hint' }, label: 'Show a hint', short: 'hint' },
  { keys: ['s'], command: { do: 'solution' }, label: 'Show the solution' },
  { keys: ['c'], command: { do: 'check' }, label: 'Check now', short: 'check' },
  { keys: ['a'], command: { do: 'answer' }, label: 'Answer the question', short: 'answer' },
  { keys: ['l'], command: { do: 'switch' }, label: 'Between lesson and terminal', short: 'lesson' },
  { keys: ['t', 'tab'], command: { do: 'tab', index: 'next' }, label: 'Next terminal' },
  ...Array.from(
    { length: 9 },
    (_, index): Binding => ({
      keys: [String(index + 1)],
      command: { do: 'tab', index },
      label: `Terminal ${index + 1}`,
    }),
  ),
  { keys: ['j', 'down'], shown: 'j ↓', command: { do: 'scroll', by: 1, unit: 'line' }, label: 'Lesson a line down' },
  { keys: ['k', 'up'], shown: 'k ↑', command: { do: 'scroll', by: -1, unit: 'line' }, label: 'Lesson a line up' },
  {
    keys: ['pagedown', 'space'],
    shown: 'PgDn',
    command: { do: 'scroll', by: 1, unit: 'page' },
    label: 'Lesson a page down',
  },
  { keys: ['pageup', 'b'], shown: 'PgUp', command: { do: 'scroll', by: -1, unit: 'page' }, label: 'Lesson a page up' },
  { keys: ['home', 'g'], shown: 'Home', command: { do: 'scroll', by: -1, unit: 'end' }, label: "Lesson's beginning" },
  { keys: ['end', 'G'], shown: 'End', command: { do: 'scroll', by: 1, unit: 'end' }, label: "Lesson's end" },
  { keys: ['R'], command: { do: 'reset' }, label: 'Start over in a new lab' },
  { keys: ['?'], command: { do: 'help' }, label: 'Help', short: 'help' },
  { keys: ['q', 'ctrl+c'], command: { do: 'quit' }, label: 'Quit', short: 'quit' },
  { keys: ['escape'], shown: 'Esc', command: { do: 'back' }, label: 'Back to the terminal' },
];

const byKey = new Map(BINDINGS.flatMap(({ keys, command }) => keys.map((key) => [key, command] as const)));

export const commandFor = (key: string): Command | undefined => byKey.get(key);

export const shownKey = ({ keys, shown }: Binding): string => shown ?? keys[0]!;

/** How a command is asked for from where the focus is, such as `Ctrl-G n`. */
export function keyFor(command: Command['do'], focus: 'terminal' | 'lesson'): string {
  const key = shownKey(BINDINGS.find((binding) => binding.command.do === command)!);
  return focus === 'terminal' ? `${LEADER.shown} ${key}` : key;
}
