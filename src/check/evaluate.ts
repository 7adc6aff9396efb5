import { unlessAborted } from '../lab/agent/agent.ts';
import type { Assertion, Check } from '../model/check.ts';
import type { Verdict } from '../model/verdict.ts';
import { messageOf } from '../util/user-error.ts';
import { answer } from './answer.ts';
import { archive } from './archive.ts';
import { backup } from './backup.ts';
import { cluster } from './cluster.ts';
import { command } from './command.ts';
import type { CheckContext } from './context.ts';
import { file } from './file.ts';
import type { Outcome } from './outcome.ts';
import { process } from './process.ts';
import { ran } from './ran.ts';
import { slot } from './slot.ts';
import { sql } from './sql.ts';

type Failing = Extract<Outcome, { holds: false }>;

/** A value longer than this is cut: it is shown within a sentence. */
const LONGEST = 200;
/** And the sentence of what broke a check, which may hold what a server said. */
const LONGEST_REASON = 800;
/** Milliseconds until a check that has not ended is given up; and until no cause is looked for any more. */
const WITHIN = 60_000;
const EXPLAIN_WITHIN = 20_000;

/**
 * Makes a check once. Rejects only when the context's signal aborts: whatever else goes wrong is a broken verdict, and so is
 * one that takes longer than `within` milliseconds. `once` is not latched here; who calls remembers what has passed. To look
 * for the cause of a fail may take several times as long as to see that it fails; without it the reason is the plainest.
 */
export async function evaluate(
  check: Check,
  context: CheckContext,
  diagnosed = true,
  within = WITHIN,
): Promise<Verdict> {
  try {
    const outcome = await inTime(context, within, (limited) => assess(check.assertion, limited));
    if (outcome.holds) return { status: 'pass' };
    return await explain(diagnosed ? check : { ...check, diagnose: [] }, outcome, context);
  } catch (error) {
    context.signal.throwIfAborted();
    const cause = context.lab.gone.aborted ? context.lab.gone.reason : error;
    return { status: 'broken', reason: brief(messageOf(cause), LONGEST_REASON) };
  }
}

async function explain(check: Check, { expected, actual, clause }: Failing, context: CheckContext): Promise<Verdict> {
  const [wanted, found] = [brief(expected), brief(actual)];
  const fill = (text: string) => text.replaceAll('{{actual}}', found).replaceAll('{{expected}}', wanted);
  const fail = (reason: string, diagnosis: number | null): Verdict => ({
    status: 'fail',
    reason,
    expected: wanted,
    actual: found,
    diagnosis,
  });
  const deadline = performance.now() + EXPLAIN_WITHIN;
  for (const [index, { when, say }] of check.diagnose.entries()) {
    const left = deadline - performance.now();
    if (left > 0 && (await holds(when, context, left))) return fail(fill(say), index);
  }
  // A sentence written around a value, such as "with {{actual}} rows", is untrue where there was none to see.
  if (clause && /^$|{{actual}}/.test(check.otherwise)) return fail(sentence(found), null);
  return fail(fill(check.otherwise) || `Expected ${wanted}, found ${found}.`, null);
}

/** A diagnosis only helps to explain, so one that cannot be made counts as one that does not hold. */
async function holds(assertion: Assertion, context: CheckContext, within: number): Promise<boolean> {
  try {
    return (await inTime(context, within, (limited) => assess(assertion, limited))).holds;
  } catch {
    context.signal.throwIfAborted();
    return false;
  }
}

/** Its error says how long it took. What does not listen to its signal is left behind. */
async function inTime<T>(
  context: CheckContext,
  within: number,
  work: (context: CheckContext) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const signal = AbortSignal.any([context.signal, limit.signal]);
  const late = new Error(`It could not be told within ${within / 1000} s, and was given up.`);
  // Unlike AbortSignal.timeout it keeps the program waiting, and so the promise is settled.
  const timer = setTimeout(() => limit.abort(late), within);
  try {
    return await unlessAborted(signal, work({ ...context, signal }));
  } finally {
    clearTimeout(timer);
  }
}

/** Throws when the assertion cannot be made. */
async function assess(assertion: Assertion, context: CheckContext): Promise<Outcome> {
  context.signal.throwIfAborted();
  context.lab.gone.throwIfAborted();
  switch (assertion.kind) {
    case 'sql':
      return sql(assertion, context);
    case 'cluster':
      return cluster(assertion, context);
    case 'file':
      return file(assertion, context);
    case 'command':
      return command(assertion, context);
    case 'ran':
      return ran(assertion, context);
    case 'process':
      return process(assertion, context);
    case 'slot':
      return slot(assertion, context);
    case 'archive':
      return archive(assertion, context);
    case 'backup':
      return backup(assertion, context);
    case 'answer':
      return answer(assertion, context);
  }
}

/** What comes from a lab may hold what a terminal would obey. */
function brief(text: string, longest = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  return cut.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');
}

const sentence = (clause: string): string => `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
