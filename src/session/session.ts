import { addAbortListener } from 'node:events';
import type { Lab } from '../lab/lab.ts';
import type { Check } from '../model/check.ts';
import { type Block, type CommandBlock, questionsOf, type Scenario, solutionOf } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import type { TerminalSize } from '../terminal/pty.ts';
import type { CommandRecord, Terminal } from '../terminal/terminal.ts';
import { messageOf, UserError } from '../util/user-error.ts';
import { isRight } from './answers.ts';
import { Entrances } from './entrances.ts';
import { Lookout, type SettleOptions } from './lookout.ts';
import { replay } from './replay.ts';
import { Runner } from './runner.ts';
import { runSetups } from './setup.ts';
import { currentStep, initialState, type Notice, type SessionState } from './state.ts';
import { Store } from './store.ts';
import type { Places, TabEvents } from './tabs.ts';
import { bootLab, Workplace, type WorkplaceOptions } from './workplace.ts';

export interface SessionOptions extends WorkplaceOptions {
  size?: TerminalSize;
  state?: Partial<SessionState>;
  /** In a new lab: the step to begin at; the ones before it are solved as their document does. */
  startAt?: number;
}

/** Told where a session goes on in another lab than it was left in. */
export const LAB_GONE = 'The lab you had is gone. In this new one, the steps before yours are done for you.';

/** Walks a learner, or the validator, through a scenario in a lab, by the same terminals. `state` says how things stand. */
export class Session {
  readonly scenario: Scenario;
  #options: SessionOptions;
  readonly #store: Store;
  readonly #lookout: Lookout;
  readonly #runner: Runner;
  readonly #entrances = new Entrances((step) => this.#setUpStep(step));
  readonly #events: TabEvents = {
    began: (terminal, record) => this.#lookout.began(terminal, record),
    prompted: (terminal) => this.#store.unblock(terminal),
    ended: () => this.#lookout.glance(),
    changed: () => this.#store.notify(),
    pressed: (text) => this.tell('info', text),
  };
  #end = new AbortController();
  #place: Workplace | undefined;
  #size: TerminalSize;
  #opening: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.scenario = options.scenario;
    this.#size = options.size ?? { columns: 80, rows: 24 };
    this.#store = new Store({ ...initialState(options.scenario, options.runtime.name), ...options.state });
    const around = {
      place: () => this.#ready(),
      entered: (step: number) => this.#entrances.settled(step),
      signal: () => this.#end.signal,
    };
    this.#lookout = new Lookout(this.#store, around);
    this.#runner = new Runner(this.#store, this.#lookout, around);
  }

  get state(): SessionState {
    return this.#store.state;
  }

  get lab(): Lab | undefined {
    return this.#place?.lab;
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  terminal(name: string): Terminal | undefined {
    return this.#place?.tabs.get(name);
  }

  /** What it takes to open the terminals again as they are now. */
  places(): Places {
    return this.#place?.tabs.places() ?? {};
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    this.#place?.tabs.resize(size);
  }

  /** As `open`, and goes on making checks by itself; a failure becomes the phase. After a failure it tries again. */
  async start(): Promise<void> {
    try {
      if (this.#end.signal.aborted) await this.#recover();
      await this.open().catch((error) => this.#openAnew(error));
      this.#lookout.watch();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Makes or resumes the lab, opens the terminals, enters the step. */
  open(): Promise<void> {
    this.#opening = this.#open();
    return this.#opening;
  }

  async #open(): Promise<void> {
    const { scenario, resume } = this.#options;
    const { signal } = this.#end;
    this.#store.dispatch({ type: 'phase', phase: { name: 'starting', text: 'Starting the lab' } });
    const lab = await bootLab(this.#options, signal);
    addAbortListener(lab.gone, () => this.#fail(lab.gone.reason));
    lab.onHindrance?.((what) => this.tell(what ? 'error' : 'info', what ?? 'The lab goes on.'));
    const place = new Workplace(lab, scenario, this.#size, this.#events, this.#options.pager);
    this.#place = place;
    if (!resume) await this.#setUp(scenario.introduction);
    await place.tabs.open(this.state.terminal, resume?.places ?? {}, signal);
    await this.#entrances.enter(this.state.step);
    await replay(this, this.#store, this.#options.startAt ?? 0);
    this.#store.dispatch({ type: 'phase', phase: { name: 'ready' } });
  }

  /** Shows the person something that is not part of the lesson. */
  tell(kind: Notice['kind'], text: string): void {
    this.#store.tell(kind, text);
  }

  next(): Promise<void> {
    return this.goTo(this.state.step + 1);
  }

  previous(): Promise<void> {
    return this.goTo(this.state.step - 1);
  }

  /** Goes to a step, where there is one and nothing is being typed; what goes wrong becomes a notice. */
  async goTo(step: number): Promise<void> {
    if (!this.scenario.steps[step] || this.state.typing || this.state.phase.name !== 'ready') return;
    await this.move(step).catch((error) => this.#notice(error));
    this.#lookout.glance();
  }

  /** Goes to a step and does its setup. Rejects when the setup fails. */
  async move(step: number): Promise<void> {
    this.#lookout.turnPage();
    this.#store.dispatch({ type: 'step', step });
    await this.#entrances.enter(step);
  }

  /** For a learner: types a block, by default the step's next one (`Runner.next`). */
  runNext(block?: CommandBlock): Promise<void> {
    return this.#runner.next(block);
  }

  /** Has the step's commands typed once more, from the first. */
  runAgain(): Promise<void> {
    return this.#runner.again();
  }

  /** The next command is not to be typed. */
  leaveOut(): void {
    this.#runner.leaveOut();
  }

  /** Types a block and resolves to what was run (`Runner.run`). */
  run(block: CommandBlock): Promise<CommandRecord[]> {
    return this.#runner.run(block);
  }

  /** Solves the present step as the document does. */
  async solve(): Promise<Verdict[]> {
    for (const block of solutionOf(currentStep(this.state))) await this.run(block);
    return this.settle();
  }

  selectTerminal(name: string): void {
    if (this.scenario.terminals.some((spec) => spec.name === name))
      this.#store.dispatch({ type: 'terminal', terminal: name });
  }

  /** Makes the step's checks, now. */
  checkNow(): Promise<Verdict[]> {
    return this.#lookout.now();
  }

  /** Makes the step's checks, now, and looks for no causes. */
  checkBriefly(): Promise<Verdict[]> {
    return this.#lookout.briefly();
  }

  /** Makes checks of any step, now, and looks for no causes. It leaves no trace in the state. */
  look(checks: Check[]): Promise<Verdict[]> {
    return this.#lookout.at(checks);
  }

  /** Makes the checks until they are as they should be (`Lookout.settle`). */
  settle(options?: SettleOptions): Promise<Verdict[]> {
    return this.#lookout.settle(options);
  }

  /** Closes the terminals and the checks' connections, and leaves the lab running. */
  async hangUp(): Promise<void> {
    await this.#lookout.idle();
    await this.#place?.hangUp();
  }

  revealHint(): void {
    this.#store.dispatch({ type: 'hint' });
  }

  revealSolution(): void {
    this.#store.dispatch({ type: 'solution' });
  }

  answer(id: string, given: string): void {
    const asked = questionsOf(currentStep(this.state)).find((question) => question.id === id);
    if (!asked) return;
    try {
      this.#store.dispatch({ type: 'answer', question: id, answer: { given, right: isRight(asked, given) } });
      this.#lookout.glance();
    } catch (error) {
      this.tell('error', `Whether that is right cannot be told. ${messageOf(error)}`);
    }
  }

  /** A new lab, from the first step. */
  async reset(): Promise<void> {
    // Where the lab cannot be removed, as when the engine has gone, a new one cannot be made either, and that is said.
    await this.#leave('remove').catch(() => {});
    this.#options = this.#afresh(0);
    this.#end = new AbortController();
    this.#lookout.forget();
    this.#store.dispatch({ type: 'reset' });
    await this.start();
  }

  /** Ends the session; its lab is kept, stopped, or removed. */
  async close(what: 'keep' | 'remove'): Promise<void> {
    await this.#leave(what);
    this.#store.dispatch({ type: 'phase', phase: { name: 'closed' } });
  }

  /** After the lab has died: what it had on its disk is still there, to go on from. */
  async #recover(): Promise<void> {
    const lab = this.lab?.id;
    const places = this.places();
    await this.#leave('keep').catch(() => {});
    this.#end = new AbortController();
    const { lab: _, ...options } = this.#options;
    this.#options = lab ? { ...options, resume: { lab, places } } : options;
  }

  /** Where the lab to go on in is no more, the step to go on at still is known. */
  async #openAnew(error: unknown): Promise<void> {
    if (!this.#options.resume || !(error instanceof UserError) || error.code !== 'lab-missing') throw error;
    const startAt = this.state.step;
    this.#options = this.#afresh(startAt);
    this.#store.dispatch({ type: 'reset' });
    if (startAt > 0) this.tell('info', LAB_GONE);
    await this.open();
  }

  /** Options for a new lab, with nothing of the one before. */
  #afresh(startAt: number): SessionOptions {
    const { lab: _, resume: __, state: ___, ...options } = this.#options;
    return { ...options, startAt };
  }

  async #leave(what: 'keep' | 'remove'): Promise<void> {
    this.#lookout.stop();
    this.#end.abort(new DOMException('The session was closed', 'AbortError'));
    // A lab that is being made would be left without anybody who knows of it.
    await this.#opening?.catch(() => {});
    await this.#lookout.idle();
    const place = this.#place;
    this.#place = undefined;
    await place?.leave(what);
  }

  #ready(): Workplace {
    if (!this.#place) throw new UserError('lab-not-ready', 'The lab is not ready yet.');
    return this.#place;
  }

  async #setUpStep(step: number): Promise<void> {
    if (this.state.steps[step]!.entered) return;
    await this.#setUp(this.scenario.steps[step]!.blocks);
    this.#store.dispatch({ type: 'entered', step });
  }

  #setUp(blocks: Block[]): Promise<void> {
    return runSetups(this.lab!, this.scenario, blocks, this.#end.signal);
  }

  #notice(error: unknown): void {
    if (!this.#end.signal.aborted) this.tell('error', messageOf(error));
  }

  #fail(error: unknown): void {
    if (this.#end.signal.aborted) return;
    this.#lookout.stop();
    this.#end.abort(error);
    const hint = error instanceof UserError ? error.hint : undefined;
    const phase = { name: 'failed' as const, message: messageOf(error), ...(hint && { hint }) };
    this.#store.dispatch({ type: 'phase', phase });
  }
}
