import { commandsOf, hintsOf } from '../../model/scenario.ts';
import { confusionIn } from '../../session/confusion.ts';
import type { Session } from '../../session/session.ts';
import { currentStep, nextBlock, openQuestion, shownBlocks } from '../../session/state.ts';
import type { TabState } from '../../terminal/terminal.ts';
import { HELP, LAST_STEP, stepText, verdictsText } from './words.ts';

type Say = (text: string) => void;

/** Commands that would lose something, and are asked about: what would become of the lab. */
export const ASKED = {
  '/reset': (lab: string) =>
    `This would remove ${lab}, with every file that you made in it; the lesson would begin again at its first step.`,
  '/remove': (lab: string) =>
    `This would remove ${lab} for good, with every file that you made in it. What you have finished would stay finished.`,
} as const;

/** Does what a line asks for that begins with a slash. What leaves is not its matter. */
export async function obey(session: Session, word: string, rest: string, say: Say): Promise<void> {
  const { state } = session;
  switch (word) {
    case '/help':
      return say(HELP);
    case '/read':
      return say(stepText(state));
    case '/next':
      if (state.step === state.steps.length - 1) return say(LAST_STEP);
      return go(session, () => session.next(), say);
    case '/back':
      if (state.step === 0) return say('This is the first step.');
      return go(session, () => session.previous(), say);
    case '/check':
      return say(verdictsText(state, await session.checkNow()));
    case '/hint':
      return say(hint(session));
    case '/solution': {
      session.revealSolution();
      const solutions = commandsOf(currentStep(state).blocks, 'solution');
      const text = solutions.map(({ terminal, text }) => text.replace(/^/gm, `    ${terminal}> `)).join('\n');
      return say(text || 'The commands of this step are in its text.');
    }
    case '/answer':
      return say(answer(session, rest));
    case '/in':
      return say(select(session, rest));
    case '/run':
      return run(session, say);
    case '/skip':
      if (!nextBlock(state)) return say('There is no command to leave out.');
      return session.leaveOut();
    default:
      say(`There is no ${word}. /help lists what there is.`);
  }
}

async function go(session: Session, move: () => Promise<void>, say: Say): Promise<void> {
  const { step, steps } = session.state;
  const open = steps[step]!.verdicts.filter((verdict) => verdict?.status !== 'pass').length;
  await move();
  if (session.state.step === step) return;
  if (session.state.step > step && open > 0)
    say(`Step ${step + 1} is not done: ${open === 1 ? 'one check is' : `${open} checks are`} open. /back goes back.`);
  say(stepText(session.state));
}

function hint(session: Session): string {
  const { state } = session;
  const hints = hintsOf(currentStep(state));
  const shown = state.steps[state.step]!.hints;
  if (hints.length === 0) return 'This step has no hints.';
  if (shown >= hints.length) return 'There are no more hints in this step.';
  session.revealHint();
  return hints[shown]!.markdown;
}

function answer(session: Session, given: string): string {
  const question = openQuestion(session.state);
  if (!question) return 'There is no open question in this step.';
  if (!given) return `Write the answer behind it: /answer …\n${question.ask}`;
  const { answer: wanted } = question;
  const choice = Number(given.replace(/[.)]$/, '')) - 1;
  if (wanted.type === 'choice' && wanted.choices[choice] === undefined)
    return `Answer with a number from 1 to ${wanted.choices.length}.`;
  session.answer(question.id, wanted.type === 'choice' ? String(choice) : given);
  const right = session.state.steps[session.state.step]!.answers[question.id]?.right;
  // Whether it is right could not be told, which was.
  if (right === undefined) return 'The answer was not taken.';
  if (right) return `Right. ${question.explain}`;
  const why = wanted.type === 'choice' ? wanted.why?.[choice] : undefined;
  if (why) return `Not quite. ${why}`;
  const hint = hintsOf(currentStep(session.state)).length > 0 ? ', or ask for a /hint' : '';
  return `Not quite. Read the question once more and try again${hint}.`;
}

function select(session: Session, name: string): string {
  const names = session.scenario.terminals.map((terminal) => terminal.name);
  if (!names.includes(name))
    return `${name ? `There is no terminal ${name}. ` : ''}The terminals are: ${names.join(', ')}.`;
  session.selectTerminal(name);
  return `You are in the terminal ${name} now.`;
}

async function run(session: Session, say: Say): Promise<void> {
  const { state } = session;
  const block = nextBlock(state);
  if (block) {
    const before = state.terminal;
    if (block.terminal !== before) say(`You are in the terminal ${block.terminal} now.`);
    say(block.text.replace(/^/gm, `${block.terminal}> `));
    return session.runNext(block);
  }
  const hidden = shownBlocks(state).length < commandsOf(currentStep(state).blocks, 'run', 'solution').length;
  say(
    hidden ? 'The next command is yours to find. /solution shows it.' : 'There is no command left to run in this step.',
  );
}

/** What may confuse in the terminal in front, if anything. */
export function confusion(session: Session): string | null {
  const { state } = session;
  const terminal = session.terminal(state.terminal);
  if (!terminal || state.typing) return null;
  const screen = wholeScreen(terminal.state);
  if (screen) return screen;
  return confusionIn({
    scenario: session.scenario,
    step: currentStep(state),
    tab: state.terminal,
    state: terminal.state,
    last: terminal.commands.at(-1),
    key: (index) => `/in ${session.scenario.terminals[index]!.name}`,
  });
}

/** Editors, whose questions look like a pager's, and how each is left. What is typed here reaches them with its Enter. */
const EDITORS: [name: RegExp, leave: string][] = [
  [/^(nano|pico)$/, 'To leave nano: Ctrl-X and Enter, then n and Enter if it asks whether to save.'],
  [/^(vi|vim|view|nvim)$/, 'To leave vi: Esc and Enter, then :q! and Enter.'],
  [/^(emacs|mcedit|joe|\\ef?)$/, ''],
];

/** What is to be said of a program that draws on the whole screen; null for any other. */
export function wholeScreen(state: TabState): string | null {
  if (state.at !== 'full-screen' && state.at !== 'pager') return null;
  const words = state.command.trim().split(/\s+/);
  const names = words.slice(0, words[0] === 'sudo' ? undefined : 1).map((word) => word.replace(/^.*\//, ''));
  const editor = EDITORS.find(([name]) => names.some((word) => name.test(word)));
  if (state.at === 'pager' && !editor) return null;
  const leave = editor?.[1] ? `${editor[1]} ` : '';
  return `\`${words[0]}\` draws on the whole screen, which plain text cannot show. ${leave}/interrupt ends it; where it does not, /interrupt once more closes the terminal with it.`;
}

/** What reads in a terminal, where that is not what it was opened with; else nothing. */
export function reader(session: Session): string {
  const name = session.state.terminal;
  const at = session.terminal(name)?.state.at;
  const command = session.scenario.terminals.find((spec) => spec.name === name)?.command ?? '';
  const opened = /\bpsql\b/.test(command) ? 'psql' : 'bash';
  if (at === 'ended') return 'ended';
  return (at === 'bash' || at === 'psql') && at !== opened ? at : '';
}
