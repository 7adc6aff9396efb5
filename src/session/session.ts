import { addAbortListener } from 'node:events';
import type { CheckContext, RanCommand } from '../check/context.ts';
import type { Lab } from '../lab/lab.ts';
import { type Check, patienceOf } from '../model/check.ts';
import { type CommandBlock, checksOf, commandsOf, questionsOf, type Scenario, solutionOf } from '../model/scenario.ts';
import { allPass, type Verdict } from '../model/verdict.ts';
import type { TerminalSize } from '../terminal/pty.ts';
import type { CommandRecord, Terminal } from '../terminal/terminal.ts';
import { poll } from '../util/poll.ts';
import { messageOf, UserError } from '../util/user-error.ts';
import { makeChecks, OneAtATime } from './look.ts';
import { runSetup } from './setup.ts';
import {
  type Action,
  currentStep,
  initialState,
  isRight,
  type Notice,
  nextBlock,
  reduce,
  type SessionState,
} from './state.ts';
import type { Places } from './tabs.ts';
import { bootLab, Workplace, type WorkplaceOptions } from './workplace.ts';

export interface SessionOptions extends WorkplaceOptions {
  size?: TerminalSize;
  state?: Partial<SessionState>;
  /** In a new lab: the step to begin at; the ones before it are solved as their document does. */
  startAt?: number;
}

interface SettleOptions {
  done?: (verdicts: Verdict[]) => boolean;
  /** Milliseconds, where less than the checks' own time is to be waited. */
  within?: number;
}

/** How often checks are made by themselves, in milliseconds, beside after every command. */
const WATCH_INTERVAL = 2000;

/**
 * Walks somebody through a scenario in a lab: a learner by way of the interface, or the validator. Whatever is done goes
 * through the same terminals; `state` says how things stand.
 */
export class Session {
  readonly scenario: Scenario;
  #options: SessionOptions;
  #state: SessionState;
  #listeners = new Set<() => void>();
  #end = new AbortController();
  #place: Workplace | undefined;
  #size: TerminalSize;
  /** What was run in the present step, oldest first. */
  #ran: { terminal: string; record: CommandRecord }[] = [];
  readonly #look = new OneAtATime((signal) => this.#makeChecks(true, signal));
  #watch: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.scenario = options.scenario;
    this.#size = options.size ?? { columns: 80, rows: 24 };
    this.#state = { ...initialState(options.scenario, options.runtime.name), ...options.state };
  }

  get state(): SessionState {
    return this.#state;
  }

  get lab(): Lab | undefined {
    return this.#place?.lab;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
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
      this.#watch = setInterval(() => this.#look.busy || this.#glance(), WATCH_INTERVAL).unref();
      this.#glance();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Makes or resumes the lab, opens the terminals, enters the step. */
  async open(): Promise<void> {
    const { scenario, resume } = this.#options;
    const { signal } = this.#end;
    this.#dispatch({ type: 'phase', phase: { name: 'starting', text: 'Starting the lab' } });
    const lab = await bootLab(this.#options, signal);
    addAbortListener(lab.gone, () => this.#fail(lab.gone.reason));
    lab.onHindrance?.((what) => this.tell(what ? 'error' : 'info', what ?? 'The lab goes on.'));
    const place = new Workplace(lab, scenario, this.#size, {
      began: (terminal, record) => this.#ran.push({ terminal, record }),
      ended: () => this.#glance(),
      changed: () => this.#notify(),
    });
    this.#place = place;
    if (!resume) {
      for (const block of commandsOf(scenario.introduction, 'setup')) await this.#setUp(block);
    }
    await place.tabs.open(this.#state.terminal, resume?.places ?? {}, signal);
    await this.#enter();
    while (this.#state.step < (this.#options.startAt ?? 0)) await this.#skipStep();
    this.#dispatch({ type: 'phase', phase: { name: 'ready' } });
  }

  /** Shows the person something that is not part of the lesson. */
  tell(kind: Notice['kind'], text: string): void {
    this.#dispatch({ type: 'notice', notice: { kind, text } });
  }

  next(): Promise<void> {
    return this.goTo(this.#state.step + 1);
  }

  previous(): Promise<void> {
    return this.goTo(this.#state.step - 1);
  }

  /** Goes to a step, where there is one and nothing is being typed; what goes wrong becomes a notice. */
  async goTo(step: number): Promise<void> {
    if (!this.scenario.steps[step] || this.#state.typing || this.#state.phase.name !== 'ready') return;
    await this.move(step).catch((error) => this.#notice(error));
    this.#glance();
  }

  /** Goes to a step and does its setup. Rejects when the setup fails. */
  async move(step: number): Promise<void> {
    this.#dispatch({ type: 'step', step });
    this.#ran = [];
    await this.#enter();
  }

  /** Types the step's next command. */
  async runNext(): Promise<void> {
    const block = nextBlock(this.#state);
    if (!block) return;
    await this.run(block).catch((error) => this.#notice(error));
  }

  /**
   * Types a block into its terminal and waits for its end; resolves to what was run. Rejects with a UserError when it
   * could not be typed or did not end in its time, and never because a command in it failed.
   */
  async run(block: CommandBlock): Promise<CommandRecord[]> {
    const { tabs } = this.#ready();
    if (this.#state.typing) throw new UserError('busy', 'A command is being typed already.');
    const step = this.#state.step;
    this.#dispatch({ type: 'terminal', terminal: block.terminal });
    this.#dispatch({ type: 'typing', block: block.id });
    this.#dispatch({ type: 'block', step, block: block.id, status: 'running' });
    let status: 'done' | 'failed' = 'failed';
    try {
      const records = await tabs.type(block, this.#end.signal);
      if (endedAsMeant(block, records)) status = 'done';
      return records;
    } finally {
      this.#dispatch({ type: 'block', step, block: block.id, status });
      this.#dispatch({ type: 'typing', block: null });
      this.#glance();
    }
  }

  /** Solves the present step as the document does. */
  async solve(): Promise<Verdict[]> {
    for (const block of solutionOf(currentStep(this.#state))) await this.run(block);
    return this.settle();
  }

  selectTerminal(name: string): void {
    if (this.scenario.terminals.some((spec) => spec.name === name))
      this.#dispatch({ type: 'terminal', terminal: name });
  }

  /** Makes the step's checks, now. */
  checkNow(): Promise<Verdict[]> {
    return this.#look.run();
  }

  /** Makes the step's checks, now, and looks for no causes. */
  checkBriefly(): Promise<Verdict[]> {
    return this.#makeChecks(false);
  }

  /** Makes checks of any step, now, and looks for no causes. It leaves no trace in the state. */
  async look(checks: Check[]): Promise<Verdict[]> {
    const { verdicts } = await makeChecks(checks, [], () => this.#context(), false);
    return verdicts;
  }

  /** Makes the checks until they are as they should be, all passing by default, or until the longest `within` of them is over. */
  async settle({ done = allPass, within = Number.POSITIVE_INFINITY }: SettleOptions = {}): Promise<Verdict[]> {
    const longest = patienceOf(checksOf(currentStep(this.#state)));
    const limit = { within: Math.min(within, longest), every: 50, signal: this.#end.signal };
    const verdicts = await poll(() => this.checkBriefly(), done, limit);
    return allPass(verdicts) ? verdicts : this.checkNow();
  }

  /** Closes the terminals and the checks' connections, and leaves the lab running. */
  async hangUp(): Promise<void> {
    await this.#look.idle();
    await this.#place?.hangUp();
  }

  revealHint(): void {
    this.#dispatch({ type: 'hint' });
  }

  revealSolution(): void {
    this.#dispatch({ type: 'solution' });
  }

  answer(id: string, given: string): void {
    const asked = questionsOf(currentStep(this.#state)).find((question) => question.id === id);
    if (!asked) return;
    try {
      this.#dispatch({ type: 'answer', question: id, answer: { given, right: isRight(asked, given) } });
      this.#glance();
    } catch (error) {
      this.tell('error', `Whether that is right cannot be told. ${messageOf(error)}`);
    }
  }

  /** Counts a question as answered rightly, for one whose right answer is only known as a pattern. */
  acceptAnswer(question: string): void {
    this.#dispatch({ type: 'answer', question, answer: { given: '', right: true } });
  }

  /** A new lab, from the first step. */
  async reset(): Promise<void> {
    // Where the lab cannot be removed, as when the engine has gone, a new one cannot be made either, and that is said.
    await this.#leave('remove').catch(() => {});
    const { scenario, runtime, keep } = this.#options;
    this.#options = { scenario, runtime, keep };
    this.#end = new AbortController();
    this.#dispatch({ type: 'reset' });
    await this.start();
  }

  /** Ends the session; its lab is kept, stopped, or removed. */
  async close(what: 'keep' | 'remove'): Promise<void> {
    await this.#leave(what);
    this.#dispatch({ type: 'phase', phase: { name: 'closed' } });
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
    const { scenario, runtime, keep, resume } = this.#options;
    if (!resume || !(error instanceof UserError) || error.code !== 'lab-missing') throw error;
    const startAt = this.#state.step;
    this.#options = { scenario, runtime, keep, startAt };
    this.#dispatch({ type: 'reset' });
    if (startAt > 0)
      this.tell('info', 'The lab you had is gone. In this new one, the steps before yours are done for you.');
    await this.open();
  }

  async #leave(what: 'keep' | 'remove'): Promise<void> {
    clearInterval(this.#watch);
    this.#end.abort(new DOMException('The session was closed', 'AbortError'));
    await this.#look.idle();
    const place = this.#place;
    this.#place = undefined;
    await place?.leave(what);
  }

  async #skipStep(): Promise<void> {
    const { step } = this.#state;
    const [done, all] = [step, this.#options.startAt!];
    const text = `Doing step ${done + 1} of the ${all} before yours`;
    this.#dispatch({ type: 'phase', phase: { name: 'starting', text, fraction: done / all } });
    for (const question of questionsOf(currentStep(this.#state))) this.acceptAnswer(question.id);
    const verdicts = await this.solve();
    const failed = verdicts.findIndex((verdict) => verdict.status !== 'pass');
    if (failed >= 0) {
      const { title } = currentStep(this.#state);
      throw new UserError('replay-failed', `Step ${step + 1}, “${title}”, could not be done for you.`, {
        hint: 'Begin at the first step: waldojo start --fresh',
      });
    }
    this.#dispatch({ type: 'step', step: step + 1 });
    this.#ran = [];
    await this.#enter();
  }

  #ready(): Workplace {
    if (!this.#place) throw new UserError('lab-not-ready', 'The lab is not ready yet.');
    return this.#place;
  }

  async #enter(): Promise<void> {
    const { step, steps } = this.#state;
    if (steps[step]!.entered) return;
    for (const block of commandsOf(currentStep(this.#state).blocks, 'setup')) await this.#setUp(block);
    this.#dispatch({ type: 'entered', step });
  }

  #setUp(block: CommandBlock): Promise<void> {
    return runSetup(this.lab!, this.scenario, block, this.#end.signal);
  }

  /** Makes the checks without anybody waiting for them; trouble with them is in their verdicts. */
  #glance(): void {
    if (this.#watch && this.#state.phase.name === 'ready') this.#look.glance().catch(() => {});
  }

  async #makeChecks(diagnosed: boolean, broken?: AbortSignal): Promise<Verdict[]> {
    this.#ready();
    const { step, steps } = this.#state;
    this.#dispatch({ type: 'checking', checking: true });
    try {
      const checks = checksOf(currentStep(this.#state));
      const seen = await makeChecks(checks, steps[step]!.latched, () => this.#context(broken), diagnosed);
      // The learner may have moved on meanwhile; what was seen is still true of the step it was seen for.
      this.#dispatch({ type: 'verdicts', step, ...seen });
      return seen.verdicts;
    } finally {
      this.#dispatch({ type: 'checking', checking: false });
    }
  }

  #context(broken?: AbortSignal): CheckContext {
    const { step, steps } = this.#state;
    const answers = Object.entries(steps[step]!.answers).map(([id, { right }]) => [id, right]);
    return {
      lab: this.#place!.lab,
      topology: this.scenario.lab,
      sql: this.#place!.sql,
      commands: this.#ran.map(
        ({ terminal, record }): RanCommand => ({ terminal, command: record.command, status: record.status }),
      ),
      answers: Object.fromEntries(answers),
      signal: broken ? AbortSignal.any([this.#end.signal, broken]) : this.#end.signal,
    };
  }

  #notice(error: unknown): void {
    if (!this.#end.signal.aborted) this.tell('error', messageOf(error));
  }

  #fail(error: unknown): void {
    if (this.#end.signal.aborted) return;
    clearInterval(this.#watch);
    this.#end.abort(error);
    const hint = error instanceof UserError ? error.hint : undefined;
    this.#dispatch({ type: 'phase', phase: { name: 'failed', message: messageOf(error), ...(hint && { hint }) } });
  }

  #dispatch(action: Action): void {
    const state = reduce(this.#state, action);
    if (state === this.#state) return;
    this.#state = state;
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Whether each command of a block ended as the document says: the last with its `exit`, those before it with success. */
export function endedAsMeant(block: CommandBlock, records: CommandRecord[]): boolean {
  if (block.background) return true;
  return records.every((record, i) => {
    // A program that was started and stays, such as psql, has not ended yet.
    if (record.status === null) return true;
    return record.status === (i === records.length - 1 ? block.exit : '0');
  });
}
