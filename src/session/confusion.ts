import { type Scenario, type Step, solutionOf } from '../model/scenario.ts';
import type { CommandRecord, TabState } from '../terminal/terminal.ts';

/** What begins no SQL statement, and is what a shell is asked for. */
const SHELL =
  /^\s*(pg_\w+|psql|createdb|dropdb|createuser|dropuser|vacuumdb|sudo|ls|cd|cat|less|mkdir|rm|cp|mv|chown|chmod|tail|head|grep|systemctl|man|nano|vi|vim)(\s|;|$)/;
/** What is no program of the lab, and is what psql is asked for. What is also a word of other shells needs its semicolon. */
const SQL = new RegExp(
  [
    /^\s*(select|insert|create|alter|drop|delete|update|truncate|grant|revoke|vacuum)(?=[\s;(*]|$)/,
    /^\s*(begin|commit|rollback|with|copy|table|show|checkpoint)\b.*;\s*$/,
    /^\s*\\(c|d[a-z+]*|l\+?|x|copy|conninfo|q|timing|watch|gx?)(\s|$)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
);

interface Around {
  scenario: Scenario;
  step: Step;
  /** Name of the tab. */
  tab: string;
  state: TabState;
  /** The newest command of the tab, which may still run. */
  last: CommandRecord | undefined;
  /** How one gets to the tab of that index, such as `Ctrl-G 2`. */
  key(index: number): string;
}

/**
 * What may confuse somebody who looks at a tab, in one line that 80 columns hold; null where nothing is known to. Only what the marks of bash and
 * psql, and the command as it was typed, show: a guess would confuse more.
 */
export function confusionIn(around: Around): string | null {
  const { state } = around;
  switch (state.at) {
    case 'pager':
      return 'A pager is open: q leaves it.';
    case 'bash':
      if (state.waits === 'more') return 'bash waits for the rest of the command. Ctrl-C throws it away.';
      return afterCommand(around);
    case 'psql':
      if (state.waits === 'data') return 'psql reads rows for COPY: \\. on a line of its own ends them.';
      if (state.waits === 'more') return inStatement(around, state);
      if (!state.connected) return 'psql has lost its server: once that runs, \\c connects again.';
      return afterCommand(around);
    case 'program':
      return restOf(around);
    default:
      return null;
  }
}

function inStatement(around: Around, { typed, open }: TabState & { at: 'psql' }): string | null {
  if (SHELL.test(typed)) return `This is psql. ${shellOf(around)}; Ctrl-C clears the line.`;
  switch (open) {
    case "'":
    case '"':
      return `A quote is open (${open}): close it, or Ctrl-C throws the statement away.`;
    case '$':
      return 'A dollar quote is open: close it, or Ctrl-C throws the statement away.';
    case '*':
      return 'A comment is open: */ closes it.';
    case '(':
      return 'A parenthesis is open. Ctrl-C throws the statement away.';
    default:
      return 'psql waits for the rest of the statement: a semicolon ends it.';
  }
}

function afterCommand(around: Around): string | null {
  const { last } = around;
  if (!last || last.status === null) return null;
  const { app, command, status } = last;
  if (app === 'bash' && ['127', '2'].includes(status) && SQL.test(command))
    return `This is bash, and that was for psql. ${psqlOf(around)}`;
  if (app === 'psql' && status === '42601' && SHELL.test(command))
    return `This is psql; that was for a shell. ${shellOf(around)}.`;
  return app === around.state.at ? restOf(around) : null;
}

/** The newest command is the beginning of one of the lesson's, as when it was typed to the end of its first row only. */
function restOf({ step, tab, last }: Around): string | null {
  const typed = last?.app === 'bash' ? last.command.trim() : '';
  if (!/\s/.test(typed) || last?.status === '0') return null;
  const mine = solutionOf(step).filter((block) => block.language === 'sh' && block.terminal === tab);
  const lines = mine.flatMap(({ text }) => text.split('\n').map((line) => line.trim()));
  if (lines.includes(typed)) return null;
  const whole = lines.find((line) => line.startsWith(`${typed} `));
  return whole ? `The lesson's command goes on: ${whole.slice(typed.length).trim()}` : null;
}

/** Where psql is, for somebody in bash. */
function psqlOf({ scenario, tab, key }: Around): string {
  const index = scenario.terminals.findIndex(({ name, command }) => name !== tab && /^psql\b/.test(command ?? ''));
  return index >= 0 ? `That is in ${scenario.terminals[index]!.name}: ${key(index)}.` : 'psql starts it.';
}

function shellOf({ scenario, tab, key }: Around): string {
  const index = scenario.terminals.findIndex(({ name, command }) => name !== tab && command === undefined);
  return index >= 0 ? `A shell is in ${scenario.terminals[index]!.name}: ${key(index)}` : '\\q leaves psql';
}
