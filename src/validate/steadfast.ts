import type { CommandBlock } from '../model/scenario.ts';
import { solutionOf } from '../model/scenario.ts';
import { poll } from '../util/poll.ts';
import { backgroundFindings } from './commands.ts';
import type { Finding } from './proof.ts';
import type { Typed } from './solve.ts';
import type { Walk } from './walk.ts';

/** How long a background command must have gone on at the end of a lesson, in milliseconds: some take their time to fail. */
export const STEADFAST = 10_000;

/** A finding for each background command that should still go on, and has ended. */
export const stillRunning = (walk: Walk): Finding[] =>
  meantToRun(walk).flatMap((typed) => backgroundFindings(typed, walk.session));

/** The same at the end of the lesson, once each has gone on for `steadfast` milliseconds. */
export async function outlasting(walk: Walk, steadfast: number): Promise<Finding[]> {
  const starts = meantToRun(walk).map(({ records }) => records.at(-1)?.startedAt ?? 0);
  const within = Math.max(0, ...starts.map((start) => start + steadfast - Date.now()));
  const look = () => Promise.resolve(stillRunning(walk));
  return poll(look, (found) => found.length > 0, { within, signal: walk.ground.signal });
}

/** By Ctrl-C, or by a `kill` in a block after it: it did not end by itself. */
const KILLED = /^(130|137|143)$/;

/**
 * Those of the blocks typed so far whose command keeps its terminal: nothing was typed into it since, and where something is
 * going to be, that ends the command itself, with Ctrl-C. Else the lesson counts on its end.
 */
function meantToRun({ typed, ground, session }: Walk): Typed[] {
  const { steps } = ground.scenario;
  const later = steps.slice(session.state.step + 1).flatMap(solutionOf);
  const next = (terminal: string): CommandBlock | undefined => later.find((block) => block.terminal === terminal);
  return typed.filter(({ block: { background, terminal }, records }, i) => {
    if (!background || typed.slice(i + 1).some(({ block }) => block.terminal === terminal)) return false;
    if (i < typed.length - 1 && KILLED.test(records.at(-1)?.status ?? '')) return false;
    // In its own step, nothing has come about that could have ended it.
    const own = solutionOf(steps[session.state.step]!).includes(typed[i]!.block);
    return own || next(terminal)?.interrupt !== false;
  });
}
