/** What a person can ask the interface for, by key or by mouse. */
export type Command =
  | { do: 'run'; block?: string }
  | {
      do:
        | 'next'
        | 'previous'
        | 'leave-out'
        | 'copy'
        | 'hint'
        | 'solution'
        | 'check'
        | 'reset'
        | 'help'
        | 'quit'
        | 'menu'
        | 'switch'
        | 'back';
    }
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
 * What follows the leader. By itself no letter is a command, in any view: what is typed is typed. This table is the only
 * place that knows them: it draws the footer, the panel after the leader and the help.
 */
export const BINDINGS: readonly Binding[] = [
  { keys: ['r', 'enter'], command: { do: 'run' }, label: 'Run the next command', short: 'run' },
  { keys: ['n'], command: { do: 'next' }, label: 'Next step', short: 'next' },
  { keys: ['p'], command: { do: 'previous' }, label: 'Previous step', short: 'back' },
  { keys: ['x'], command: { do: 'leave-out' }, label: 'Leave the next command out' },
  { keys: ['y'], command: { do: 'copy' }, label: 'Copy the next command' },
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
  { keys: ['q'], command: { do: 'quit' }, label: 'Leave', short: 'leave' },
  { keys: ['escape'], shown: 'Esc', command: { do: 'back' }, label: 'Back to the terminal' },
];

/** The keys that need no leader while the lesson is in front: they move it, and write nothing. */
const READING = ['up', 'down', 'pageup', 'pagedown', 'space', 'home', 'end', 'escape'];

const byKey = new Map(BINDINGS.flatMap(({ keys, command }) => keys.map((key) => [key, command] as const)));

export const commandFor = (key: string): Command | undefined => byKey.get(key);

/** What a key by itself asks for while the lesson is in front. */
export const readingCommand = (key: string): Command | undefined =>
  READING.includes(key) ? commandFor(key) : undefined;

export const shownKey = ({ keys, shown }: Binding): string => shown ?? keys[0]!;

/** How a command is asked for, such as `Ctrl-G n`. */
export const keyFor = (command: Command['do']): string =>
  `${LEADER.shown} ${shownKey(BINDINGS.find((binding) => binding.command.do === command)!)}`;
