import type { Check } from '../model/check.ts';
import { checksOf } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { currentStep, type SessionState } from '../session/state.ts';
import type { Lines } from './blocks.ts';
import type { Command } from './keymap.ts';
import { renderInline } from './markdown.ts';
import { clickable, type Line, line, lineWidth, span, truncate, wrap } from './text.ts';
import { glyphs, type Style, theme } from './theme.ts';

type Mark = { glyph: string; style: Style; name: Style };

/**
 * How a verdict looks. Before anything was tried in a step nothing has gone wrong: what is not yet true is then open
 * rather than failed.
 */
function markOf(verdict: Verdict | null, tried: boolean): Mark {
  switch (verdict?.status) {
    case 'pass':
      return { glyph: glyphs.pass, style: theme.passStrong, name: theme.plain };
    case 'broken':
      return { glyph: glyphs.broken, style: theme.broken, name: theme.plain };
    case 'fail':
      if (tried) return { glyph: glyphs.fail, style: theme.failStrong, name: theme.fail };
  }
  return { glyph: glyphs.open, style: theme.strong, name: theme.plain };
}

export interface StepChecks {
  checks: readonly Check[];
  verdicts: readonly (Verdict | null)[];
  tried: boolean;
}

export const stepChecks = (state: SessionState, tried: boolean): StepChecks => ({
  checks: checksOf(currentStep(state)),
  verdicts: state.steps[state.step]!.verdicts,
  tried,
});

const passed = ({ verdicts }: StepChecks): number => verdicts.filter((verdict) => verdict?.status === 'pass').length;

/** `2 of 5`, for a title. */
export const tally = (step: StepChecks): string => `${passed(step)} of ${step.checks.length}`;

/** One check and, where it does not pass, why. */
export function checkLines(step: StepChecks, columns: number): Lines {
  return step.checks.flatMap((check, index) => {
    const verdict = step.verdicts[index] ?? null;
    const mark = markOf(verdict, step.tried);
    const rows: Lines = wrap(renderInline(check.name, mark.name), columns, {
      first: [span(`${mark.glyph} `, mark.style)],
      rest: [span('  ')],
    });
    const indent = { first: [span('  ')], rest: [span('  ')] };
    if (verdict?.status === 'fail' && step.tried) rows.push(...wrap(renderInline(verdict.reason), columns, indent));
    if (verdict?.status === 'broken') {
      const text = [span('This could not be checked: ', theme.broken), ...renderInline(verdict.reason)];
      rows.push(...wrap(text, columns, indent));
    }
    return rows.map((row) => clickable<Command>(row, { do: 'check' }));
  });
}

/** Columns that a reason takes in the summary of so many checks, with a space on both sides. */
export const summaryWidth = (reason: string, checks: number): number =>
  lineWidth(renderInline(reason)) + 'Checks  '.length + checks + 2;

/** All checks in one line: their marks, and what is said of the first that does not pass. */
export function checkSummary(step: StepChecks, columns: number): Line<Command> {
  if (step.checks.length === 0) return line('There is nothing to check in this step.', theme.faint);
  const marks = step.verdicts.map((verdict) => markOf(verdict, step.tried));
  const open = step.verdicts.findIndex((verdict) => verdict?.status !== 'pass');
  const verdict = step.verdicts[open];
  const told =
    verdict?.status === 'broken' || (verdict?.status === 'fail' && step.tried)
      ? verdict.reason
      : step.checks[open]?.name;
  const row = [
    span('Checks ', theme.strong),
    ...marks.map(({ glyph, style }) => span(glyph, style)),
    span(' '),
    ...(open < 0 ? [span('All checks pass', theme.pass)] : renderInline(told ?? '')),
  ];
  return clickable<Command>(truncate(row, columns), { do: 'check' });
}
