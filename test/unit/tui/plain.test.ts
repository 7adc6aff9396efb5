import { expect, it } from 'vitest';
import type { Runtime } from '../../../src/lab/lab.ts';
import { Session } from '../../../src/session/session.ts';
import { wholeScreen } from '../../../src/tui/plain/commands.ts';
import { play } from '../../../src/tui/plain/play.ts';
import { stepText, verdictsText } from '../../../src/tui/plain/words.ts';
import { UserError } from '../../../src/util/user-error.ts';
import { scenario } from '../../fixtures/tui-scenario.ts';
import { LablessSession } from '../../fixtures/tui-session.ts';

it('says why a start failed that had failed before anybody listened', async () => {
  const create = async () => {
    throw new UserError('lab-in-use', 'This lesson is open in another window.', { hint: 'Go on there.' });
  };
  const session = new Session({ scenario, runtime: { name: 'local', create } as unknown as Runtime, keep: true });
  await session.start();
  await expect(play(session)).rejects.toMatchObject({
    message: 'This lesson is open in another window.',
    hint: 'Go on there.',
    exit: 1,
  });
  expect(session.state.phase.name).toBe('closed');
});

it('tells the end of a lesson, and no placeholder as it is written', () => {
  const session = new LablessSession(scenario);
  const last = scenario.steps.length - 1;
  session.dispatch({ type: 'step', step: last });
  expect(stepText(session.state)).toMatch(/You have reached the end[\s\S]*\/quit leaves/);
  expect(verdictsText(session.state, [])).toMatch(/last step.*\/quit leaves/);
  const shown = { ...scenario.steps[0]!, blocks: scenario.steps[0]!.blocks.slice(0, 2) };
  const output = { text: 'row <any>\n...\n<lsn>', line: 1 };
  const blocks = shown.blocks.map((block) => (block.kind === 'run' ? { ...block, output } : block));
  const odd = new LablessSession({ ...scenario, steps: [{ ...shown, blocks }] });
  expect(stepText(odd.state)).toMatch(/row …\n {4}…\n {4}<lsn>/);
});

it.each([
  ['full-screen', 'nano notes', /Ctrl-X/],
  // The question whether to save looks like a pager's.
  ['pager', 'sudo -u postgres nano pg_hba.conf', /Ctrl-X/],
  ['full-screen', '/usr/bin/vi notes', /:q!/],
  ['full-screen', 'top', /`top` draws on the whole screen.*\/interrupt/],
  ['pager', 'less notes', null],
  ['program', 'vi', null],
] as const)('tells how a program is left that draws on the whole screen: %s, %s', (at, command, told) => {
  const text = wholeScreen({ at, command, app: 'bash' });
  if (told) expect(text).toMatch(told);
  else expect(text).toBeNull();
});
