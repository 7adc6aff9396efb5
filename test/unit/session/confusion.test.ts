import { describe, expect, it } from 'vitest';
import type { CommandBlock, Step } from '../../../src/model/scenario.ts';
import { confusionIn } from '../../../src/session/confusion.ts';
import { obstacleTo, pressedFor } from '../../../src/session/obstacle.ts';
import type { CommandRecord, TabState } from '../../../src/terminal/terminal.ts';
import { scenario } from '../../fixtures/tui-scenario.ts';

const bash = (waits: 'command' | 'more' = 'command'): TabState => ({ at: 'bash', waits, typed: '', cwd: '~' });
const psql = (more: Partial<TabState & { at: 'psql' }> = {}): TabState => ({
  at: 'psql',
  waits: 'command',
  typed: '',
  open: '',
  connected: true,
  database: 'postgres',
  port: 5432,
  ...more,
});
const program = (command: string): TabState => ({ at: 'program', command, app: 'bash' });
const block = (more: Partial<CommandBlock>): CommandBlock => ({
  ...(scenario.steps[1]!.blocks.find(({ kind }) => kind === 'solution') as CommandBlock),
  ...more,
});
const ran = (app: 'bash' | 'psql', command: string, status: string | null) =>
  ({ app, command, status }) as CommandRecord;

const whole = 'pg_receivewal --directory=/var/lib/archive --slot=archive --synchronous';
const step: Step = { ...scenario.steps[1]!, blocks: [block({ text: whole }), block({ text: 'sudo ls' })] };
const look = (state: TabState, last?: CommandRecord, tab = 'shell') =>
  confusionIn({ scenario, step, tab, state, last, key: (index) => `Ctrl-G ${index + 1}` });
/** Columns of the line at the bottom of a terminal of 80. */
const ROOM = 76;
/** From there on a notice has a panel of its own. */
const NOTICE = 74;

describe('what may confuse', () => {
  it.each<[string, TabState, CommandRecord | undefined, RegExp]>([
    ['SQL in bash', bash(), ran('bash', 'SELECT 1;', '127'), /This is bash.*in psql: Ctrl-G 2/],
    ['select, which bash has too', bash(), ran('bash', 'select * from x;', '2'), /This is bash/],
    ['a backslash command in bash', bash(), ran('bash', '\\dt', '127'), /This is bash/],
    ['a shell command in psql', psql({ waits: 'more', typed: 'pg_dump bakery' }), undefined, /This is psql.*Ctrl-C/],
    ['the same with a semicolon', psql(), ran('psql', 'ls -l;', '42601'), /This is psql.*Ctrl-G 3/],
    ['a missing semicolon', psql({ waits: 'more', typed: 'SELECT 1' }), undefined, /semicolon/],
    ['an open quote', psql({ waits: 'more', typed: "SELECT 'a", open: "'" }), undefined, /quote is open \('\)/],
    ['an open dollar quote', psql({ waits: 'more', typed: 'DO $$', open: '$' }), undefined, /Ctrl-C throws/],
    ['an open quote in bash', bash('more'), undefined, /bash waits for the rest/],
    ['rows of COPY', psql({ waits: 'data', typed: 'COPY x FROM stdin;' }), undefined, /\\\./],
    ['a pager', { at: 'pager', command: 'SELECT 1;', app: 'psql' }, undefined, /q leaves/],
    ['a server that restarted', psql({ connected: false }), ran('psql', 'SELECT 1;', '57P01'), /\\c connects/],
    [
      'half a command that runs',
      program('x'),
      ran('bash', whole.replace(' --synchronous', ''), null),
      /--synchronous$/,
    ],
    ['half a command that ended', bash(), ran('bash', whole.replace(' --synchronous', ''), '1'), /--synchronous$/],
  ])('is said: %s', (_, state, last, wanted) => {
    expect(look(state, last)).toMatch(wanted);
    for (const tab of ['shell', 'psql', 'elsewhere'])
      expect(`? ${look(state, last, tab)}`.length, tab).toBeLessThanOrEqual(ROOM);
  });

  it.each<[string, TabState, CommandRecord | undefined]>([
    ['a command that was not found', bash(), ran('bash', 'sl', '127')],
    ['a program with the name of an SQL word that failed otherwise', bash(), ran('bash', 'update-x', '127')],
    ['a command of another shell', bash(), ran('bash', 'copy a b', '127')],
    ['a whole command', program('x'), ran('bash', whole, null)],
    ['a short beginning', program('x'), ran('bash', 'pg_receivewal', null)],
    ['another command', program('x'), ran('bash', 'pg_receivewal -D x', null)],
    ['a beginning that was enough', bash(), ran('bash', 'pg_receivewal --directory=/var/lib/archive', '0')],
    ['a statement that failed', psql(), ran('psql', 'SELEC 1;', '42601')],
    ['an editor', { at: 'full-screen', command: 'vim', app: 'bash' }, undefined],
    ['a tab that starts', { at: 'starting' }, undefined],
  ])('is nothing: %s', (_, state, last) => {
    expect(look(state, last)).toBeNull();
  });
});

describe('what is in the way of a command', () => {
  const sh = block({ language: 'sh', terminal: 'shell' });
  const sql = block({ language: 'sql', terminal: 'psql', text: 'SELECT 1;' });
  it.each<[string, CommandBlock, TabState, RegExp | null]>([
    ['a pager', sql, { at: 'pager', command: 'SELECT 1;', app: 'psql' }, /q leaves/],
    ['a program', sh, program('pg_receivewal -D x'), /`pg_receivewal -D x` is still running in shell. Ctrl-C/],
    ['an editor', sh, { at: 'full-screen', command: 'vim', app: 'bash' }, /Leave it first/],
    ['a shell without marks', sh, { at: 'line-editor', command: 'sh', app: 'bash' }, /Ctrl-D/],
    ['psql, for a shell command', sh, psql(), /\\q leaves/],
    ['a lost server', sql, psql({ connected: false }), /\\c connects/],
    ['a lost server, for \\c', { ...sql, text: '\\c bakery' }, psql({ connected: false }), null],
    ['a program that the block interrupts', { ...sh, interrupt: true }, program('x'), null],
    ['nothing', sh, bash(), null],
    ['a half-typed command', sh, bash('more'), null],
  ])('is named: %s', (_, wanted, state, text) => {
    if (text) {
      expect(obstacleTo(wanted, state, scenario)).toMatch(text);
      const longest = 'command' in state ? { ...state, command: `${state.command}${' -x'.repeat(30)}` } : state;
      expect(obstacleTo({ ...wanted, terminal: 'postgres' }, longest, scenario)!.length).toBeLessThanOrEqual(NOTICE);
    } else expect(obstacleTo(wanted, state, scenario)).toBeNull();
  });

  it.each<[string, Partial<CommandBlock>, number, string, RegExp | null]>([
    ['another server', {}, 5433, 'SELECT 2;', /psql in psql is connected to port 5433, not to 5432: \\q leaves it/],
    ['the usual server', {}, 5432, 'SELECT 2;', null],
    ['another server that a block leads to', {}, 5433, '\\c - - - 5433', null],
    ['another server, for a database of the usual one', { text: '\\c bakery' }, 5433, 'SELECT 2;', /port 5433/],
    ['a block that goes back', { text: '\\c - - - 5432' }, 5433, 'SELECT 2;', null],
    ['a tab that opens with no psql', { terminal: 'shell' }, 5433, 'SELECT 2;', null],
  ])('is a server that the lesson did not lead to: %s', (_, more, port, other, text) => {
    const around = { ...scenario, steps: [{ ...step, blocks: [{ ...sql, text: other }] }] };
    const said = obstacleTo({ ...sql, ...more }, psql({ port }), around);
    if (text) expect(said).toMatch(text);
    else expect(said).toBeNull();
  });

  it.each<[string, CommandBlock, TabState, RegExp | null]>([
    ['Ctrl-C for a successor', { ...sh, interrupt: true }, program('pg_receivewal'), /Ctrl-C.*`pg_receivewal`/],
    ['Ctrl-C for a half-typed command', sh, bash('more'), /Ctrl-C.*not complete/],
    ['Ctrl-C where nothing runs', { ...sh, interrupt: true }, bash(), null],
  ])('and what is pressed is said: %s', (_, wanted, state, text) => {
    if (text) {
      expect(pressedFor(wanted, state)).toMatch(text);
      expect(pressedFor({ ...wanted, terminal: 'postgres' }, state)!.length).toBeLessThanOrEqual(NOTICE);
    } else expect(pressedFor(wanted, state)).toBeNull();
  });
});
