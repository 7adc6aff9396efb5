import { checksOf } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { currentStep, nextBlock, type SessionState } from '../session/state.ts';
import { summaryWidth } from './checks.ts';
import type { Layout } from './layout.ts';

/** A failed check whose reason is too long for the one line that there is for it. */
export interface Diagnosis {
  /** The same for as long as the same is wrong. */
  id: string;
  /** Of the check. */
  name: string;
  reason: string;
}

/**
 * What should be readable beside the terminal, where only one line tells of the checks. What has merely not been done yet is
 * none as long as the lesson has a command for it.
 */
export function diagnosisIn(state: SessionState, layout: Layout, tried: boolean): Diagnosis | null {
  if (layout.kind !== 'single' || !tried) return null;
  const step = state.steps[state.step]!;
  const index = step.verdicts.findIndex((verdict) => verdict?.status !== 'pass');
  const verdict: Verdict | null | undefined = step.verdicts[index];
  if (verdict?.status !== 'fail' || (verdict.diagnosis === null && nextBlock(state))) return null;
  if (summaryWidth(verdict.reason, step.verdicts.length) <= layout.checks.width) return null;
  const { name } = checksOf(currentStep(state))[index]!;
  return { id: `${state.step}:${index}:${verdict.diagnosis}`, name, reason: verdict.reason };
}
