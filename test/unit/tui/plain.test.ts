import { expect, it } from 'vitest';
import type { Runtime } from '../../../src/lab/lab.ts';
import { Session } from '../../../src/session/session.ts';
import { play } from '../../../src/tui/plain/play.ts';
import { stepText } from '../../../src/tui/plain/words.ts';
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
  const shown = { ...scenario.steps[0]!, blocks: scenario.steps[0]!.blocks.slice(0, 2) };
  const output = { text: 'row <any>\n...\n<lsn>', line: 1 };
  const blocks = shown.blocks.map((block) => (block.kind === 'run' ? { ...block, output } : block));
  const odd = new LablessSession({ ...scenario, steps: [{ ...shown, blocks }] });
  expect(stepText(odd.state)).toMatch(/row …\n {4}…\n {4}<lsn>/);
});
