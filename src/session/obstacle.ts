import type { CommandBlock, Scenario } from '../model/scenario.ts';
import type { TabState } from '../terminal/terminal.ts';

/** Characters of a command: with all that is said of it, it fits a line of 80 columns. */
const LONGEST = 24;

const short = (command: string): string => {
  const [first = ''] = command.split('\n');
  return first.length > LONGEST ? `${first.slice(0, LONGEST - 1)}…` : first;
};

/** Where psql goes when nothing says otherwise. */
const USUAL_PORT = 5432;

/**
 * The port that psql would be connected to in a tab that opens with it, where that is not `port`; undefined where it is, where the
 * tab's command does not plainly say, and where a block of the lesson names `port` in that tab, and so may have led there.
 */
function otherPort({ terminals, lab, steps }: Scenario, tab: string, port: number): number | undefined {
  const command = terminals.find(({ name }) => name === tab)?.command ?? '';
  const [plain, given] = /^psql(?: -[dU] \w+)*(?: -p (\d+))?(?: -[dU] \w+)*$/.exec(command) ?? [];
  const home = Number(given ?? USUAL_PORT);
  const known = plain !== undefined && port > 0 && lab.clusters.some((cluster) => cluster.port === home);
  const named = new RegExp(`\\b${port}\\b`);
  const leads = () =>
    steps.some(({ blocks }) =>
      blocks.some((block) => 'terminal' in block && block.terminal === tab && named.test(block.text)),
    );
  return known && port !== home && !leads() ? home : undefined;
}

/** Why a block cannot be typed into its tab as that is now, and how to leave what is in the way; null where it can. */
export function obstacleTo(block: CommandBlock, state: TabState, scenario: Scenario): string | null {
  const tab = block.terminal;
  switch (state.at) {
    case 'pager':
      return block.interrupt ? null : `A pager is open in ${tab}: q leaves it.`;
    case 'full-screen':
      return `\`${short(state.command)}\` has the screen of ${tab}. Leave it first.`;
    case 'line-editor':
      return `\`${short(state.command)}\` waits for a line in ${tab}: Ctrl-D leaves it.`;
    case 'program':
      return block.interrupt ? null : `\`${short(state.command)}\` is still running in ${tab}. Ctrl-C ends it.`;
    case 'psql':
      if (block.language === 'sh') return `psql is open in ${tab}, and this is for the shell: \\q leaves psql.`;
      if (!state.connected && !/^\s*\\c/.test(block.text))
        return `psql in ${tab} has lost its server: once that runs, \\c connects again.`;
      return strayed(block, state.port, otherPort(scenario, tab, state.port));
    default:
      return null;
  }
}

function strayed({ terminal, text }: CommandBlock, port: number, home: number | undefined): string | null {
  // What names it goes back there.
  if (home === undefined || new RegExp(`\\b${home}\\b`).test(text)) return null;
  return `psql in ${terminal} is connected to port ${port}, not to ${home}: \\q leaves it.`;
}

/** What is pressed in the tab before a block is typed, and what that ends; null where nothing is. */
export function pressedFor(block: CommandBlock, state: TabState): string | null {
  const tab = block.terminal;
  switch (state.at) {
    case 'program':
      return block.interrupt ? `Ctrl-C was pressed in ${tab} first: it ended \`${short(state.command)}\`.` : null;
    case 'pager':
      return block.interrupt ? `q was pressed in ${tab} first: it left the pager.` : null;
    case 'bash':
    case 'psql':
      return state.waits === 'command' ? null : `Ctrl-C was pressed in ${tab} first: a command there was not complete.`;
    default:
      return null;
  }
}
