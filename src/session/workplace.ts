import { SqlPool } from '../check/sql-pool.ts';
import type { Lab, Runtime, Snapshot } from '../lab/lab.ts';
import type { Scenario } from '../model/scenario.ts';
import type { TerminalSize } from '../terminal/pty.ts';
import { type Places, type TabEvents, Tabs } from './tabs.ts';

export interface WorkplaceOptions {
  scenario: Scenario;
  runtime: Runtime;
  /** A learner's lab is kept when the session ends unexpectedly; the validator's is not. */
  keep: boolean;
  /** Where to go on: a lab that was stopped, or a snapshot of one, with its terminals as they were. */
  resume?: ({ lab: string } | { snapshot: Snapshot }) & { places: Places };
  /** False: nothing in the terminals waits for a key before it prints on. */
  pager?: boolean;
  /** A new lab that is being made already. */
  lab?: Promise<Lab>;
}

/** Makes or resumes a lab. One that comes when the signal has aborted is not left without somebody who knows of it. */
export async function bootLab(options: WorkplaceOptions, signal: AbortSignal): Promise<Lab> {
  const lab = await makeLab(options, signal);
  // Nobody has done anything yet in one that is new.
  if (signal.aborted) await (options.resume ? lab.stop() : lab.remove());
  signal.throwIfAborted();
  return lab;
}

async function makeLab({ runtime, scenario, keep, resume, lab }: WorkplaceOptions, signal: AbortSignal): Promise<Lab> {
  if (lab) return lab;
  if (resume && 'lab' in resume) return runtime.resume(resume.lab, signal);
  const { id, major, lab: topology } = scenario;
  return runtime.create({ scenario: id, keep, major, topology, from: resume?.snapshot }, signal);
}

/** A lab, the terminals in it, and the connections to its clusters that checks use. */
export class Workplace {
  readonly lab: Lab;
  readonly sql: SqlPool;
  readonly tabs: Tabs;

  constructor(lab: Lab, scenario: Scenario, size: TerminalSize, events: TabEvents, pager?: boolean) {
    this.lab = lab;
    this.sql = new SqlPool(lab, scenario.lab);
    this.tabs = new Tabs(lab, scenario, size, events, pager);
  }

  /** Closes the terminals and the connections, and leaves the lab running. */
  async hangUp(): Promise<void> {
    await this.sql.close();
    this.tabs.close();
  }

  async leave(what: 'keep' | 'remove'): Promise<void> {
    await this.hangUp();
    await (what === 'keep' ? this.lab.stop() : this.lab.remove());
  }
}
