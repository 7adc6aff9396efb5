import { hintsOf, questionsOf, solutionOf } from '../model/scenario.ts';
import type { Session } from '../session/session.ts';
import { currentStep, nextBlock, openQuestion, type SessionState } from '../session/state.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { messageOf } from '../util/user-error.ts';
import { type Dialog, pressInDialog } from './dialog-keys.ts';
import { type Command, commandFor, keyFor } from './keymap.ts';
import { layout, type Size } from './layout.ts';
import { type Choice, menuOf } from './menus.ts';
import { initialUi, type LessonView, type Ui, viewLesson } from './ui.ts';

export interface Left {
  left: 'keep' | 'remove';
  again: boolean;
}

/** The parts of a session that the interface uses. */
export type Played = Pick<
  Session,
  | 'state'
  | 'subscribe'
  | 'terminal'
  | 'resize'
  | 'start'
  | 'next'
  | 'previous'
  | 'runNext'
  | 'run'
  | 'selectTerminal'
  | 'checkNow'
  | 'revealHint'
  | 'revealSolution'
  | 'answer'
  | 'reset'
  | 'close'
>;

/** Turns keys and clicks into what the session does, and keeps what is the interface's own. No React, no terminal codes. */
export class Player {
  readonly session: Played;
  /** Settles when the person has left and the session is closed. */
  readonly left: Promise<Left>;
  #settle!: { resolve: (left: Left) => void; reject: (error: unknown) => void };
  #ui: Ui;
  #version = 0;
  #listeners = new Set<() => void>();
  #step: number;
  /** Commands that had been run in all terminals when the step was entered. */
  #baseline = 0;
  #lesson: { state: SessionState; ui: Ui; view: LessonView } | undefined;

  constructor(session: Played, size: Size) {
    this.session = session;
    this.#step = session.state.step;
    this.left = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#ui = initialUi(size);
    this.#fitTerminals();
    session.subscribe(() => this.#follow());
  }

  get ui(): Ui {
    return this.#ui;
  }

  /** Changes with everything that is shown. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The terminal in front, once it is open. */
  get terminal(): Terminal | undefined {
    const { state } = this.session;
    return state.phase.name === 'ready' ? this.session.terminal(state.terminal) : undefined;
  }

  /** Where keys go when no dialog is open: without a terminal there is only the lesson. */
  get focus(): 'terminal' | 'lesson' {
    return this.#ui.focus === 'terminal' && this.terminal ? 'terminal' : 'lesson';
  }

  /** Keys are the terminal's. */
  get typing(): boolean {
    return this.focus === 'terminal' && !this.#ui.leader && !this.dialog && this.#ui.layout.kind !== 'small';
  }

  /** A lab that has failed asks by itself. */
  get dialog(): Dialog | null {
    const { dialog } = this.#ui;
    const failed = this.session.state.phase.name === 'failed';
    return dialog ?? (failed ? { kind: 'menu', name: 'failed', selected: 0 } : null);
  }

  get lesson(): LessonView {
    const { state } = this.session;
    const ui = this.#ui;
    if (this.#lesson?.state !== state || this.#lesson.ui !== ui) {
      this.#lesson = { state, ui, view: viewLesson(state, ui, this.focus, this.tried) };
    }
    return this.#lesson.view;
  }

  get tried(): boolean {
    const { steps, step } = this.session.state;
    const { blocks, verdicts } = steps[step]!;
    return this.#ui.tried || Object.keys(blocks).length > 0 || verdicts.some((verdict) => verdict?.status === 'pass');
  }

  resize(size: Size): void {
    this.#change({ layout: layout(size) });
    this.#fitTerminals();
  }

  /** The leader was pressed, or what followed it has come. */
  leader(pending: boolean): void {
    if (!this.dialog) this.#change({ leader: pending });
  }

  /** A key that is not the terminal's; `text` is what it would write. */
  press(key: string, text = ''): void {
    const { dialog } = this;
    if (!dialog) {
      this.#change({ leader: false });
      const command = commandFor(key);
      if (command) this.perform(command);
      return;
    }
    const outcome = pressInDialog(dialog, key, text, this.session.state);
    if (outcome.type === 'dialog') this.#change({ dialog: outcome.dialog });
    else if (outcome.type === 'choose') this.#choose(outcome.choice);
    else if (outcome.type === 'answer') this.session.answer(outcome.question, outcome.given);
  }

  /** The mouse wheel over the lesson or the checks. */
  wheel(pane: 'lesson' | 'checks', by: number): void {
    if (pane === 'lesson') this.#scroll(by);
    else this.#change({ checksTop: Math.max(0, this.#ui.checksTop + by) });
  }

  perform(command: Command): void {
    const { session } = this;
    const { state } = session;
    const single = this.#ui.layout.kind === 'single';
    this.#change({ notice: null, leader: false });
    switch (command.do) {
      case 'run':
        this.#run(command.block);
        break;
      case 'next':
        this.#next();
        break;
      case 'previous':
        if (state.step === 0) this.#say('This is the first step.');
        else this.#await(session.previous());
        break;
      case 'hint':
        this.#hint();
        break;
      case 'solution':
        this.#solution();
        break;
      case 'check':
        this.#change({ tried: true, ...(single && { focus: 'lesson', scroll: 'checks' }) });
        if (state.phase.name === 'ready') this.#await(session.checkNow());
        else this.#say('The lab is not ready yet.');
        break;
      case 'answer':
        this.#answer(command.question, command.choice);
        break;
      case 'tab':
        this.#tab(command.index);
        break;
      case 'switch':
        this.#change({ focus: this.#ui.focus === 'terminal' ? 'lesson' : 'terminal' });
        break;
      case 'back':
        this.#change({ focus: 'terminal' });
        break;
      case 'menu':
        this.#change({ leader: true });
        break;
      case 'scroll':
        this.#scroll(command.by * { line: 1, page: Math.max(1, this.lesson.height - 2), end: 1e6 }[command.unit]);
        break;
      case 'help':
        this.#change({ dialog: { kind: 'help', top: 0 } });
        break;
      case 'quit':
      case 'reset':
        this.#change({ dialog: { kind: 'menu', name: command.do, selected: 0 } });
        break;
      case 'choose': {
        const { dialog } = this;
        if (dialog?.kind === 'menu') this.#choose(menuOf(dialog.name, state).options[command.index]!.choice);
      }
    }
  }

  #run(id: string | undefined): void {
    const { session } = this;
    const { state } = session;
    const blocks = solutionOf(currentStep(state));
    const block = id ? blocks.find((candidate) => candidate.id === id) : nextBlock(state);
    if (state.phase.name !== 'ready') this.#say('The lab is not ready yet.');
    else if (state.typing) this.#say('Another command is still running.');
    else if (block) {
      this.#change({ scroll: null, ...(this.#ui.layout.kind === 'single' && { focus: 'terminal' }) });
      this.#await(id ? session.run(block) : session.runNext());
    } else {
      const hidden = blocks.some(({ kind }) => kind === 'solution') && !state.steps[state.step]!.solutionShown;
      const solution = `${keyFor('solution', this.focus)} shows the solution.`;
      this.#say(hidden ? `The next command is yours to find. ${solution}` : 'There is no other command in this step.');
    }
  }

  #next(): void {
    const { session } = this;
    const { step, steps, scenario } = session.state;
    if (step === scenario.steps.length - 1) {
      this.perform({ do: 'quit' });
      return;
    }
    const open = steps[step]!.verdicts.filter((verdict) => verdict?.status !== 'pass').length;
    const skipped = !steps[step]!.completed && open > 0;
    this.#await(session.next());
    if (!skipped || session.state.step === step) return;
    const checks = open === 1 ? 'one check is' : `${open} checks are`;
    this.#say(`Step ${step + 1} is not done: ${checks} open. ${keyFor('previous', this.focus)} goes back.`);
  }

  #tab(index: number | 'next'): void {
    const { terminals } = this.session.state.scenario;
    const now = terminals.findIndex(({ name }) => name === this.session.state.terminal);
    const chosen = terminals[index === 'next' ? (now + 1) % terminals.length : index];
    if (chosen) this.session.selectTerminal(chosen.name);
    this.#change({ focus: 'terminal' });
  }

  #hint(): void {
    const { state } = this.session;
    const all = hintsOf(currentStep(state)).length;
    const { hints } = state.steps[state.step]!;
    if (hints < all) this.session.revealHint();
    else this.#say(all === 0 ? 'This step has no hints.' : 'These were all the hints of this step.');
    if (all > 0) this.#show(`hint:${Math.min(hints + 1, all)}`);
  }

  #solution(): void {
    const hidden = solutionOf(currentStep(this.session.state)).find(({ kind }) => kind === 'solution');
    if (hidden) {
      this.session.revealSolution();
      this.#show(hidden.id);
    } else this.#say('The commands in the lesson are the solution of this step.');
  }

  #answer(id: string | undefined, choice: number | undefined): void {
    const { state } = this.session;
    const question = id ?? openQuestion(state)?.id ?? questionsOf(currentStep(state))[0]?.id;
    if (!question) {
      this.#say('This step has no question.');
      return;
    }
    this.#change({ scroll: question });
    if (choice === undefined) this.#change({ dialog: { kind: 'question', question, text: '' } });
    else this.session.answer(question, String(choice));
  }

  #choose(choice: Choice): void {
    switch (choice) {
      case 'stay':
        this.#change({ dialog: null });
        break;
      case 'retry':
        this.#change({ dialog: null });
        this.#await(this.session.start());
        break;
      case 'reset':
        this.#change({ dialog: null, scroll: null, tried: false });
        this.#await(this.session.reset());
        break;
      case 'keep':
      case 'keep-and-pick':
        this.#leave({ left: 'keep', again: choice === 'keep-and-pick' });
        break;
      case 'remove':
        this.#leave({ left: 'remove', again: false });
    }
  }

  #leave(left: Left): void {
    const text = left.left === 'keep' ? 'Stopping the lab. It will be here when you come back.' : 'Removing the lab.';
    this.#change({ dialog: { kind: 'closing', text } });
    this.session.close(left.left).then(() => this.#settle.resolve(left), this.#settle.reject);
  }

  /** Shows a place of the lesson, in front of the terminal where both have one place. */
  #show(place: string): void {
    this.#change({ scroll: place, ...(this.#ui.layout.kind === 'single' && { focus: 'lesson' }) });
  }

  #scroll(by: number): void {
    const { document, top, height } = this.lesson;
    const most = Math.max(0, document.lines.length - height);
    this.#change({ scroll: Math.max(0, Math.min(most, top + by)) });
  }

  #say(notice: string): void {
    this.#change({ notice });
  }

  #await(work: Promise<unknown>): void {
    work.catch((error) => this.#say(messageOf(error)));
  }

  /** After a change of the session. */
  #follow(): void {
    const { state } = this.session;
    const ran = state.scenario.terminals.reduce(
      (sum, { name }) => sum + (this.session.terminal(name)?.commands.at(-1)?.id ?? 0),
      0,
    );
    if (state.step !== this.#step) {
      this.#step = state.step;
      this.#baseline = ran;
      const single = this.#ui.layout.kind === 'single';
      this.#change({
        scroll: null,
        checksTop: 0,
        tried: false,
        notice: null,
        ...(single && { focus: 'lesson' }),
      });
      return;
    }
    if (state.phase.name !== 'ready') this.#baseline = ran;
    this.#change(ran > this.#baseline && !this.#ui.tried ? { tried: true } : {});
  }

  #fitTerminals(): void {
    const place = this.#ui.layout;
    if (place.kind === 'small') return;
    this.session.resize({ columns: place.terminal.width, rows: place.terminal.height });
  }

  #change(patch: Partial<Ui>): void {
    if (Object.keys(patch).length > 0) this.#ui = { ...this.#ui, ...patch };
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
