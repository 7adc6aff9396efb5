import { hintsOf, questionsOf, solutionOf } from '../model/scenario.ts';
import { currentStep, nextBlock, openQuestion, shownBlocks } from '../session/state.ts';
import { pressInDialog } from './dialog-keys.ts';
import { emptyField } from './field.ts';
import { type Command, commandFor, keyFor, LEADER } from './keymap.ts';
import { type Choice, menuOf } from './menus.ts';
import type { Player } from './player.ts';

/** The key that followed the leader. A dialog is answered before anything else is done. */
export function press(player: Player, key: string): void {
  if (player.dialog) return;
  player.change({ leader: null });
  const command = commandFor(key);
  if (command) perform(player, command);
  else if (key !== 'escape')
    player.say(`${LEADER.shown} and that key is no command. ${keyFor('help')} shows all keys.`);
}

/** A key for the dialog that is open; `text` is what it would write. */
export function pressInOpenDialog(player: Player, key: string, text: string): void {
  const { dialog } = player;
  if (!dialog) return;
  const outcome = pressInDialog(dialog, key, text, player.session.state);
  if (outcome.type === 'dialog') player.change({ dialog: outcome.dialog });
  else if (outcome.type === 'choose') choose(player, outcome.choice);
  else if (outcome.type === 'answer') player.session.answer(outcome.question, outcome.given);
}

/** Does what was asked for by a key or a click. */
export function perform(player: Player, command: Command): void {
  const { session } = player;
  const { state } = session;
  const single = player.ui.layout.kind === 'single';
  const told = player.ui.notice;
  player.change({ notice: null, hushed: state.notice, leader: null });
  switch (command.do) {
    case 'run':
      run(player, command.block, told === AGAIN);
      break;
    case 'leave-out':
      leaveOut(player);
      break;
    case 'copy':
      copy(player);
      break;
    case 'next':
      goOn(player);
      break;
    case 'previous':
      if (state.step === 0) player.say('This is the first step.');
      else player.attempt(session.previous());
      break;
    case 'hint':
      revealHint(player);
      break;
    case 'solution':
      revealSolution(player);
      break;
    case 'check':
      player.change({ tried: true, ...(single && { focus: 'lesson', scroll: 'checks' }) });
      if (state.phase.name === 'ready') player.attempt(session.checkNow());
      else player.say('The lab is not ready yet.');
      break;
    case 'answer':
      answer(player, command.question, command.choice);
      break;
    case 'tab':
      showTab(player, command.index);
      break;
    case 'switch':
      player.change({ focus: player.ui.focus === 'terminal' ? 'lesson' : 'terminal' });
      break;
    case 'back':
      player.bringTerminal();
      break;
    case 'menu':
      player.change({ leader: 'click' });
      break;
    case 'scroll':
      player.scroll(command.by * { line: 1, page: Math.max(1, player.lesson.height - 2), end: 1e6 }[command.unit]);
      break;
    case 'help':
      player.change({ dialog: { kind: 'help', top: 0 } });
      break;
    case 'quit':
    case 'reset':
      player.change({ dialog: { kind: 'menu', name: command.do, selected: 0 } });
      break;
    case 'choose': {
      const { dialog } = player;
      if (dialog?.kind === 'menu') choose(player, menuOf(dialog.name, state).options[command.index]!.choice);
    }
  }
}

const AGAIN = `All commands of this step have been run. ${keyFor('run')} once more runs them again, from the first.`;

function leaveOut(player: Player): void {
  const { session } = player;
  if (session.state.typing || !nextBlock(session.state)) player.say('There is no command to leave out.');
  else session.leaveOut();
}

/** As it was written, however many rows of the screen it takes. */
function copy(player: Player): void {
  const { state } = player.session;
  const block = nextBlock(state) ?? shownBlocks(state).at(-1);
  if (!block) {
    player.say('There is no command to copy.');
    return;
  }
  player.onCopy(block.text);
  player.say(`Handed to your terminal's clipboard, if it takes it: ${block.text.split('\n')[0]}`);
}

function run(player: Player, id: string | undefined, again: boolean): void {
  const { session } = player;
  const { state } = session;
  const blocks = solutionOf(currentStep(state));
  const block = id ? blocks.find((candidate) => candidate.id === id) : nextBlock(state);
  if (state.phase.name !== 'ready') player.say('The lab is not ready yet.');
  else if (state.typing) player.say('Another command is still running.');
  else if (block) {
    player.change({ scroll: null, ...(player.ui.layout.kind === 'single' && { focus: 'terminal' }) });
    player.attempt(session.runNext(block));
  } else if (blocks.length > 0 && again) player.attempt(session.runAgain());
  else if (shownBlocks(state).length > 0 && shownBlocks(state).length === blocks.length) player.say(AGAIN);
  else {
    const hidden = blocks.some(({ kind }) => kind === 'solution') && !state.steps[state.step]!.solutionShown;
    const solution = `${keyFor('solution')} shows the solution.`;
    player.say(hidden ? `The next command is yours to find. ${solution}` : 'There is no other command in this step.');
  }
}

function goOn(player: Player): void {
  const { session } = player;
  const { step, steps, scenario } = session.state;
  if (step === scenario.steps.length - 1) {
    perform(player, { do: 'quit' });
    return;
  }
  const open = steps[step]!.verdicts.filter((verdict) => verdict?.status !== 'pass').length;
  const skipped = open > 0;
  player.attempt(session.next());
  if (!skipped || session.state.step === step) return;
  const checks = open === 1 ? 'one check is' : `${open} checks are`;
  const done = steps[step]!.held ? 'no longer done' : 'not done';
  player.say(`Step ${step + 1} is ${done}: ${checks} open. ${keyFor('previous')} goes back.`);
}

function showTab(player: Player, index: number | 'next'): void {
  const { terminals } = player.session.state.scenario;
  const now = terminals.findIndex(({ name }) => name === player.session.state.terminal);
  const chosen = terminals[index === 'next' ? (now + 1) % terminals.length : index];
  if (chosen) player.session.selectTerminal(chosen.name);
  player.change({ focus: 'terminal' });
}

function revealHint(player: Player): void {
  const { state } = player.session;
  const all = hintsOf(currentStep(state)).length;
  const { hints } = state.steps[state.step]!;
  if (hints < all) player.session.revealHint();
  else player.say(all === 0 ? 'This step has no hints.' : 'These were all the hints of this step.');
  if (all > 0) player.show(`hint:${Math.min(hints + 1, all)}`);
}

function revealSolution(player: Player): void {
  const hidden = solutionOf(currentStep(player.session.state)).find(({ kind }) => kind === 'solution');
  if (hidden) {
    player.session.revealSolution();
    player.show(hidden.id);
  } else player.say('The commands in the lesson are the solution of this step.');
}

function answer(player: Player, id: string | undefined, choice: number | undefined): void {
  const { state } = player.session;
  const question = id ?? openQuestion(state)?.id ?? questionsOf(currentStep(state))[0]?.id;
  if (!question) {
    player.say('This step has no question.');
    return;
  }
  player.change({ scroll: question });
  if (choice === undefined) player.change({ dialog: { kind: 'question', question, field: emptyField } });
  else player.session.answer(question, String(choice));
}

/** Whether the key is the number of a choice of the step's open question, which is then answered. */
export function answerShown(player: Player, key: string): boolean {
  const question = openQuestion(player.session.state);
  const choices = question?.answer.type === 'choice' ? question.answer.choices : [];
  if (!/^[1-9]$/.test(key) || !question || !choices[Number(key) - 1]) return false;
  answer(player, question.id, Number(key) - 1);
  return true;
}

function choose(player: Player, choice: Choice): void {
  switch (choice) {
    case 'stay':
      player.change({ dialog: null });
      break;
    case 'retry':
      player.change({ dialog: null });
      player.attempt(player.session.start());
      break;
    case 'reset':
      player.change({ dialog: null, scroll: null, tried: false });
      player.attempt(player.session.reset());
      break;
    case 'keep':
    case 'keep-and-pick':
      player.leave({ left: 'keep', again: choice === 'keep-and-pick' });
      break;
    case 'ask-to-remove':
      player.change({ dialog: { kind: 'menu', name: 'remove', selected: 0 } });
      break;
    case 'remove':
      player.leave({ left: 'remove', again: false });
  }
}
