import { questionsOf } from '../model/scenario.ts';
import { confusionIn } from '../session/confusion.ts';
import type { Session } from '../session/session.ts';
import { currentStep, type Notice } from '../session/state.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { messageOf } from '../util/user-error.ts';
import { type Diagnosis, diagnosisIn } from './diagnosis.ts';
import type { Dialog } from './dialog-keys.ts';
import { LEADER } from './keymap.ts';
import { layout, type Size } from './layout.ts';
import { initialUi, type LessonView, type Ui, viewLesson } from './ui.ts';

export interface Left {
  left: 'keep' | 'remove';
  again: boolean;
}

/** Milliseconds: what passes sooner has confused nobody. */
const PUZZLED_AFTER = 250;

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
  | 'runAgain'
  | 'leaveOut'
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
  /** Takes a text to the clipboard of the person's terminal. */
  onCopy: (text: string) => void = () => {};
  #settle!: { resolve: (left: Left) => void; reject: (error: unknown) => void };
  #ui: Ui;
  #version = 0;
  #listeners = new Set<() => void>();
  #step: number;
  /** The last command of each terminal when the step was entered, or the terminal opened. */
  #seen = new Map<string, number>();
  readonly #heard = new WeakSet<Terminal>();
  #puzzled: NodeJS.Timeout | undefined;
  #lesson: { of: readonly unknown[]; view: LessonView } | undefined;

  readonly #now: () => number;
  /** When a dialog was opened, or a key came that means nothing in it. */
  #unread = 0;

  /** `now` gives milliseconds. */
  constructor(session: Played, size: Size, now: () => number = () => performance.now()) {
    this.session = session;
    this.#now = now;
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

  /** Milliseconds since the dialog was opened, or a key came that means nothing in it. */
  sinceDialog(): number {
    return this.#now() - this.#unread;
  }

  /** A key came that means nothing in the dialog: whoever pressed it has not read it. */
  unread(): void {
    this.#unread = this.#now();
  }

  /** A question that is answered in words. */
  asksForText(id: string): boolean {
    const { state } = this.session;
    const asked = questionsOf(currentStep(state)).find((question) => question.id === id);
    return asked !== undefined && asked.answer.type !== 'choice';
  }

  /** Gives the keyboard to the terminal, which comes in front; null where there is none yet. */
  bringTerminal(): Terminal | null {
    this.change({ focus: 'terminal', leader: null, notice: null, hushed: this.session.state.notice });
    return this.terminal ?? null;
  }

  /** The lesson as it is in view. */
  get lesson(): LessonView {
    const of = [this.session.state, this.#ui, this.tried] as const;
    if (!this.#lesson || of.some((part, i) => part !== this.#lesson?.of[i]))
      this.#lesson = { of, view: viewLesson(...of) };
    return this.#lesson.view;
  }

  /** What has to be said, until something else is done. */
  get notice(): Notice | null {
    const { notice, hushed } = this.#ui;
    if (notice) return { kind: 'info', text: notice };
    const told = this.session.state.notice;
    return told === hushed ? null : told;
  }

  /** What is to be read beside the terminal, until somebody types. */
  get diagnosis(): Diagnosis | null {
    if (this.focus !== 'terminal' || this.session.state.typing) return null;
    const found = diagnosisIn(this.session.state, this.#ui.layout, this.tried);
    return found && !this.#ui.folded.includes(found.id) ? found : null;
  }

  /** Something was typed into the terminal. */
  fold(): void {
    const { diagnosis } = this;
    if (diagnosis) this.change({ folded: [...this.#ui.folded, diagnosis.id] });
  }

  get tried(): boolean {
    const { steps, step } = this.session.state;
    const { blocks, verdicts } = steps[step]!;
    return this.#ui.tried || Object.keys(blocks).length > 0 || verdicts.some((verdict) => verdict?.status === 'pass');
  }

  resize(size: Size): void {
    this.change({ layout: layout(size) });
    this.#fitTerminals();
  }

  /** The mouse wheel over the lesson or the checks. */
  wheel(pane: 'lesson' | 'checks', by: number): void {
    if (pane === 'lesson') this.scroll(by);
    else this.change({ checksTop: Math.max(0, this.#ui.checksTop + by) });
  }

  /** Closes the session; `left` settles when that is done. */
  leave(left: Left): void {
    const text = left.left === 'keep' ? 'Stopping the lab. It will be here when you come back.' : 'Removing the lab.';
    this.change({ dialog: { kind: 'closing', text } });
    this.session.close(left.left).then(() => this.#settle.resolve(left), this.#settle.reject);
  }

  /** Shows a place of the lesson, in front of the terminal where both have one place. */
  show(place: string): void {
    this.change({ scroll: place, ...(this.#ui.layout.kind === 'single' && { focus: 'lesson' }) });
  }

  /** The leader key was pressed, or its key has come. It leaves a dialog that asks for no decision. */
  lead(pending: boolean): void {
    const passing = this.#ui.dialog?.kind === 'help' || this.#ui.dialog?.kind === 'question';
    if (pending && passing) this.change({ dialog: null });
    this.change({ leader: pending && !this.dialog ? 'key' : null });
  }

  /** Moves the lesson by so many rows. */
  scroll(by: number): void {
    const { document, top, height } = this.lesson;
    const most = Math.max(0, document.lines.length - height);
    this.change({ scroll: Math.max(0, Math.min(most, top + by)) });
  }

  /** Says something, until something else is done. */
  say(notice: string): void {
    this.change({ notice });
  }

  /** Lets something go on by itself; what goes wrong is said. */
  attempt(work: Promise<unknown>): void {
    work.catch((error) => this.say(messageOf(error)));
  }

  /** Looks for what may confuse in the tab in front; soon, and once for all that happens until then. */
  readonly #puzzle = (): void => {
    this.#puzzled ??= setTimeout(() => {
      this.#puzzled = undefined;
      const confusion = this.#confusion();
      if (confusion === this.#ui.confusion) return;
      // Newer than what was said before.
      const over = confusion ? { notice: null, hushed: this.session.state.notice } : {};
      this.change({ confusion, ...over });
    }, PUZZLED_AFTER).unref();
  };

  #confusion(): string | null {
    const { terminal } = this;
    const { state } = this.session;
    // What is being typed for the learner passes through such states by itself.
    if (!terminal || state.typing) return null;
    const { scenario, terminal: tab } = state;
    const key = (index: number) => `${LEADER.shown} ${index + 1}`;
    return confusionIn({
      scenario,
      step: currentStep(state),
      tab,
      state: terminal.state,
      last: terminal.commands.at(-1),
      key,
    });
  }

  /** Listens to a terminal that has come. */
  #listen(): void {
    for (const { name } of this.session.state.scenario.terminals) {
      const terminal = this.session.terminal(name);
      if (!terminal || this.#heard.has(terminal)) continue;
      this.#heard.add(terminal);
      for (const event of ['prompt', 'commandStart', 'commandEnd', 'change', 'exit'] as const)
        terminal.on(event, this.#puzzle);
    }
  }

  /** After a change of the session. */
  #follow(): void {
    this.#listen();
    this.#puzzle();
    const entered = this.session.state.step !== this.#step;
    this.#step = this.session.state.step;
    const ran = this.#noticeCommands(entered);
    if (entered) {
      const single = this.#ui.layout.kind === 'single';
      const afresh = { scroll: null, folded: [], checksTop: 0, tried: false, notice: null };
      this.change({ ...afresh, ...(single && { focus: 'lesson' }) });
    } else this.change(ran && !this.#ui.tried ? { tried: true } : {});
  }

  /** Whether a command has been run in this step; what opens a terminal does not count. */
  #noticeCommands(entered: boolean): boolean {
    const { scenario, phase } = this.session.state;
    let ran = false;
    for (const { name } of scenario.terminals) {
      const terminal = this.session.terminal(name);
      const last = terminal?.commands.at(-1)?.id ?? 0;
      const before = this.#seen.get(name);
      if (!terminal) this.#seen.delete(name);
      else if (before === undefined || entered || phase.name !== 'ready') this.#seen.set(name, last);
      else if (last > before) ran = true;
    }
    return ran;
  }

  #opened(dialog: Dialog): void {
    const before = this.#ui.dialog;
    const same = before?.kind === 'menu' && dialog.kind === 'menu' && before.name === dialog.name;
    if (!same) this.unread();
  }

  #fitTerminals(): void {
    const place = this.#ui.layout;
    if (place.kind === 'small') return;
    this.session.resize({ columns: place.terminal.width, rows: place.terminal.height });
  }

  /** Replaces parts of what is the interface's own; without any, only says that something changed. */
  change(patch: Partial<Ui>): void {
    const { dialog } = patch;
    if (dialog && (dialog.kind !== this.#ui.dialog?.kind || dialog.kind === 'menu')) this.#opened(dialog);
    if (Object.keys(patch).length > 0) this.#ui = { ...this.#ui, ...patch };
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
