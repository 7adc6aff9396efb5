import { describe, expect, it } from 'vitest';
import { commandsOf } from '../../../src/model/scenario.ts';
import { outputLines } from '../../../src/tui/blocks.ts';
import { checkLines, checkSummary, stepChecks } from '../../../src/tui/checks.ts';
import type { Command } from '../../../src/tui/keymap.ts';
import { placeOfInterest, renderLesson, scrollTo } from '../../../src/tui/lesson.ts';
import { type Line, lineWidth, plainText } from '../../../src/tui/text.ts';
import { scenario } from '../../fixtures/tui-scenario.ts';
import { LablessSession } from '../../fixtures/tui-session.ts';

const options = { columns: 50, withChecks: false, tried: false } as const;
const textOf = (session: LablessSession, more = {}) =>
  renderLesson(session.state, { ...options, ...more })
    .lines.map(plainText)
    .join('\n');
const clicksIn = (lines: readonly Line<Command>[]) =>
  lines.map((row) => row.find(({ click }) => click)?.click).filter((click) => click !== undefined);
const begin = () => new LablessSession(scenario);

describe('the lesson', () => {
  it('begins with the introduction, before the first step only', async () => {
    const session = begin();
    expect(textOf(session)).toContain('A physical backup is');
    await session.next();
    expect(textOf(session)).not.toContain('A physical backup is');
  });

  it.each([20, 37, 50, 84])('never exceeds %i columns, whatever is shown', async (columns) => {
    const session = begin();
    session.judge();
    for (let hint = 0; hint < 3; hint++) session.revealHint();
    session.answer('snapshot', '0');
    const check = () => {
      for (const row of renderLesson(session.state, { ...options, columns, withChecks: true, tried: true }).lines)
        expect(lineWidth(row), plainText(row)).toBeLessThanOrEqual(columns);
    };
    check();
    session.answer('snapshot', '1');
    await session.next();
    session.revealSolution();
    check();
  });

  it('marks the command that comes next, and then the one after it', () => {
    const session = begin();
    expect(textOf(session).match(/▶/g)).toHaveLength(1);
    session.dispatch({ type: 'block', step: 0, block: 'rows', status: 'done' });
    expect(textOf(session)).toMatch(/✓ shell[^▶]*▶ shell/s);
    session.dispatch({ type: 'block', step: 0, block: 'look', status: 'failed' });
    expect(textOf(session)).toContain('✗ shell');
  });

  it('says to a wrong choice what the document says to it, and else only that it is wrong', () => {
    const blocks = scenario.steps[0]!.blocks.map((block) =>
      block.kind === 'question' && block.question.answer.type === 'choice'
        ? { ...block, question: { ...block.question, answer: { ...block.question.answer, why: ['WAL is replayed.'] } } }
        : block,
    );
    const session = new LablessSession({ ...scenario, steps: [{ ...scenario.steps[0]!, blocks }] });
    session.answer('snapshot', '0');
    expect(textOf(session)).toContain('Not quite. WAL is replayed.');
    session.answer('snapshot', '2');
    expect(textOf(session)).toContain('Not quite. Read it once more');
  });

  it('marks a row that only goes on with the command of the row above', () => {
    const session = begin();
    const rows = textOf(session).split('\n');
    expect(rows.filter((row) => /^│ ↳ /.test(row)).length).toBeGreaterThan(0);
    const { lines, places } = renderLesson(session.state, { ...options, columns: 200 });
    const { from, to } = places.get('look')!;
    expect(lines.slice(from, to).map(plainText).join('\n')).not.toContain('↳');
  });

  it('offers a command that failed again, and says before it presses Ctrl-C', () => {
    const session = begin();
    session.dispatch({ type: 'block', step: 0, block: 'rows', status: 'failed' });
    expect(textOf(session)).toMatch(/✗ shell ─+ did not end well · Ctrl-G r/);
  });

  it('makes every row of a command clickable, and of nothing else', () => {
    const { lines, places } = renderLesson(begin().state, options);
    const { from, to } = places.get('look')!;
    expect(clicksIn(lines.slice(from, to))).toEqual(Array(to - from).fill({ do: 'run', block: 'look' }));
    expect(clicksIn(lines.slice(0, places.get('rows')!.from))).toEqual([]);
  });

  it('does not run a command again by a click while it runs', () => {
    const session = begin();
    session.dispatch({ type: 'block', step: 0, block: 'rows', status: 'running' });
    const { lines, places } = renderLesson(session.state, options);
    const { from, to } = places.get('rows')!;
    expect(clicksIn(lines.slice(from, to))).toEqual([]);
  });

  it('shows hints one by one', () => {
    const session = begin();
    expect(textOf(session)).toMatch(/▸ Hint 1 of 3 {2}Ctrl-G h/);
    expect(textOf(session)).not.toContain('psql tab');
    session.revealHint();
    expect(textOf(session)).toContain('The table is made in the psql tab.');
    expect(textOf(session)).toContain('▸ Hint 2 of 3');
    expect(textOf(session)).not.toContain('\\dt');
  });

  it('shows a solution only when asked for', async () => {
    const session = begin();
    await session.next();
    expect(textOf(session)).not.toContain('~/backup');
    session.revealSolution();
    expect(textOf(session)).toContain('▶ shell, solution');
  });

  it('explains a right answer, and invites to try again after a wrong one', () => {
    const session = begin();
    session.answer('snapshot', '0');
    expect(textOf(session)).toContain('Not quite.');
    expect(textOf(session)).not.toContain('Right.');
    session.answer('snapshot', '1');
    expect(textOf(session)).toMatch(/Right\. A base backup is made consistent/);
  });

  it('shows what differs from run to run as such, cuts tables and wraps messages', () => {
    const output =
      '...\n id | name | a_rather_long_column\nLSN <lsn> <any>\nNOTICE:  all required WAL segments have been archived';
    expect(outputLines(output, 24).map(plainText)).toEqual([
      'You should see',
      '│ …',
      '│  id | name | a_rather…',
      '│ LSN <lsn> …',
      '│ NOTICE:  all required',
      '│ WAL segments have been',
      '│ archived',
    ]);
  });

  it('never shows setup and wrong blocks', () => {
    const [first, ...rest] = scenario.steps;
    const [like] = commandsOf(first!.blocks, 'run');
    const hidden = (['setup', 'wrong'] as const).map((kind) => ({ ...like!, kind, id: kind, text: `secret ${kind}` }));
    const session = new LablessSession({
      ...scenario,
      steps: [{ ...first!, blocks: [...hidden, ...first!.blocks] }, ...rest],
    });
    session.revealSolution();
    expect(textOf(session)).not.toContain('secret');
  });

  it('congratulates at the end, or says what is still open, and names its sources', async () => {
    const session = begin();
    await session.next();
    await session.next();
    expect(textOf(session, { columns: 84 })).toContain('Steps 1 and 2 are still open');
    expect(textOf(session, { columns: 84 })).toContain('https://www.postgresql.org/docs/current/app-pgbasebackup.html');
    for (const step of [0, 1])
      session.dispatch({ type: 'verdicts', step, verdicts: [{ status: 'pass' }], latched: [] });
    expect(textOf(session)).toContain('Well done.');
  });
});

describe('what is in view', () => {
  it('is the beginning, as long as nothing was typed', () => {
    const document = renderLesson(begin().state, options);
    expect(placeOfInterest(begin().state, document)).toBeNull();
    expect(scrollTo(null, document.lines.length, 8)).toBe(0);
  });

  it('is the command that is being typed, while it is', () => {
    const session = begin();
    session.dispatch({ type: 'block', step: 0, block: 'rows', status: 'running' }, { type: 'typing', block: 'rows' });
    const document = renderLesson(session.state, options);
    expect(placeOfInterest(session.state, document)).toEqual(document.places.get('rows'));
  });

  it('is all of the next command, with something of what stands before it', () => {
    const session = begin();
    session.dispatch({ type: 'block', step: 0, block: 'rows', status: 'done' });
    const document = renderLesson(session.state, options);
    for (const height of [8, 12, 20]) {
      const top = scrollTo(placeOfInterest(session.state, document), document.lines.length, height);
      const { from, to } = document.places.get('look')!;
      expect(top).toBeLessThanOrEqual(from);
      expect(top + height).toBeGreaterThanOrEqual(Math.min(to, from + height));
    }
  });

  it('never goes beyond the end', () => {
    expect(scrollTo({ from: 95, to: 100 }, 100, 20)).toBe(80);
    expect(scrollTo({ from: 3, to: 5 }, 5, 20)).toBe(0);
  });
});

describe('the checks', () => {
  it('are open rather than failed before anything was tried', () => {
    const session = begin();
    session.judge();
    const text = (tried: boolean) => checkLines(stepChecks(session.state, tried), 60).map(plainText).join('\n');
    expect(text(false)).toContain('· The table bread');
    expect(text(false)).not.toContain('There is no table');
    expect(text(true)).toContain(
      '✗ The table bread is in the database postgres\n  There is no table bread in postgres yet.',
    );
  });

  it('never look failed when they are broken', () => {
    const session = begin();
    session.judge({ status: 'broken', reason: 'No connection.' });
    const text = checkLines(stepChecks(session.state, false), 60).map(plainText).join('\n');
    expect(text).toContain(
      '! The table bread is in the database postgres\n  This could not be checked: No connection.',
    );
  });

  it('have a summary in one line', () => {
    const session = begin();
    session.judge({ status: 'pass' });
    const summary = checkSummary(stepChecks(session.state, true), 40);
    expect(plainText(summary)).toMatch(/^Checks ✓✗✗ The table answers/);
    expect(lineWidth(summary)).toBeLessThanOrEqual(40);
  });
});
