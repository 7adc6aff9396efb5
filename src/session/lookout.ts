import type { CheckContext, RanCommand } from '../check/context.ts';
import { type Check, patienceOf } from '../model/check.ts';
import { checksOf } from '../model/scenario.ts';
import { allPass, type Verdict } from '../model/verdict.ts';
import type { CommandRecord } from '../terminal/terminal.ts';
import { poll } from '../util/poll.ts';
import { makeChecks, OneAtATime } from './look.ts';
import { currentStep } from './state.ts';
import type { Store } from './store.ts';
import type { Workplace } from './workplace.ts';

export interface SettleOptions {
  done?: (verdicts: Verdict[]) => boolean;
  /** Milliseconds, where less than the checks' own time is to be waited. */
  within?: number;
}

export interface Surroundings {
  /** Throws a UserError where there is no lab. */
  place(): Workplace;
  /** Resolves when the step is not being set up any more. */
  entered(step: number): Promise<void>;
  /** Aborts with the session. */
  signal(): AbortSignal;
}

/** How often checks are made by themselves, in milliseconds, beside after every command. */
const WATCH_INTERVAL = 2000;

/** Makes the checks of a session's steps, by itself or when asked, and puts the verdicts into its state. */
export class Lookout {
  readonly #store: Store;
  readonly #around: Surroundings;
  readonly #look = new OneAtATime((signal) => this.#makeChecks(true, signal));
  /** What was run in each step, oldest first. */
  readonly #ran = new Map<number, { terminal: string; record: Pick<CommandRecord, 'command' | 'status'> }[]>();
  #watch: NodeJS.Timeout | undefined;

  constructor(store: Store, around: Surroundings) {
    this.#store = store;
    this.#around = around;
  }

  /** Goes on making checks until it is stopped. */
  watch(): void {
    clearInterval(this.#watch);
    this.#watch = setInterval(() => this.#look.busy || this.glance(), WATCH_INTERVAL).unref();
    this.glance();
  }

  stop(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  /** Makes the checks without anybody waiting for them; trouble with them is in their verdicts. */
  glance(): void {
    if (this.#watch && this.#store.state.phase.name === 'ready') this.#look.glance().catch(() => {});
  }

  /** Makes the step's checks, now. */
  now(): Promise<Verdict[]> {
    return this.#look.run();
  }

  /** Makes the step's checks, now, and looks for no causes. */
  briefly(): Promise<Verdict[]> {
    return this.#makeChecks(false);
  }

  /** Makes checks of any step, now, and looks for no causes. It leaves no trace in the state. */
  async at(checks: Check[]): Promise<Verdict[]> {
    const { verdicts } = await makeChecks(checks, [], () => this.#context(this.#store.state.step), false);
    return verdicts;
  }

  /** Makes the checks until they are as they should be, all passing by default, or until the longest `within` of them is over. */
  async settle({ done = allPass, within = Number.POSITIVE_INFINITY }: SettleOptions = {}): Promise<Verdict[]> {
    const longest = patienceOf(checksOf(currentStep(this.#store.state)));
    const limit = { within: Math.min(within, longest), every: 50, signal: this.#around.signal() };
    const verdicts = await poll(() => this.briefly(), done, limit);
    return allPass(verdicts) ? verdicts : this.now();
  }

  /** Resolves when no checks are being made that somebody waits for. */
  idle(): Promise<void> {
    return this.#look.idle();
  }

  /** Takes down that a command was run, in the present step. */
  began(terminal: string, record: CommandRecord): void {
    const { step } = this.#store.state;
    this.#store.unblock(terminal);
    this.#ran.set(step, [...(this.#ran.get(step) ?? []), { terminal, record }]);
  }

  /** The step is being left: of what was run in it, only what checks ask for is kept. */
  turnPage(): void {
    for (const [step, ran] of this.#ran) {
      const kept = ran.map(({ terminal, record }) => {
        const { command, status } = record;
        return { terminal, record: status === null ? record : { command, status } };
      });
      this.#ran.set(step, kept);
    }
  }

  /** The lab is another one. */
  forget(): void {
    this.#ran.clear();
  }

  async #makeChecks(diagnosed: boolean, broken?: AbortSignal): Promise<Verdict[]> {
    this.#around.place();
    const store = this.#store;
    const { step, scenario } = store.state;
    store.dispatch({ type: 'checking', checking: true });
    try {
      // Before its setup a step may seem to be done.
      await this.#around.entered(step).catch(() => {});
      const checks = checksOf(scenario.steps[step]!);
      const seen = await makeChecks(
        checks,
        store.state.steps[step]!.latched,
        () => this.#context(step, broken),
        diagnosed,
      );
      // The learner may have moved on meanwhile; what was seen is still true of the step it was seen for.
      store.dispatch({ type: 'verdicts', step, ...seen });
      return seen.verdicts;
    } finally {
      store.dispatch({ type: 'checking', checking: false });
    }
  }

  #context(step: number, broken?: AbortSignal): CheckContext {
    const { steps, scenario } = this.#store.state;
    const { lab, sql } = this.#around.place();
    const end = this.#around.signal();
    const answers = Object.entries(steps[step]!.answers).map(([id, { right }]) => [id, right]);
    return {
      lab,
      topology: scenario.lab,
      sql,
      commands: (this.#ran.get(step) ?? []).map(
        ({ terminal, record }): RanCommand => ({ terminal, command: record.command, status: record.status }),
      ),
      answers: Object.fromEntries(answers),
      signal: broken ? AbortSignal.any([end, broken]) : end,
    };
  }
}
