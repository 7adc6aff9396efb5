import { expect, it } from 'vitest';
import { forEachRuntime, major } from '../contract/runtimes.ts';
import { ownState, run } from './student.ts';

forEachRuntime(({ name }) => {
  // A later step takes longer to begin at than what is typed takes to come.
  const start = ['start', 'standalone-replica', '--plain', '--step', '2', '--runtime', name, '--pg', String(major)];

  it('takes in plain text what came before the lab was ready, and the end of it', async () => {
    const env = await ownState();
    const nothing = await run(start, { env, input: '' });
    expect(nothing).toMatchObject({ status: 0, stdout: expect.stringMatching(/Step 2 of[\s\S]*Your lab is kept/) });
    const removed = await run([...start, '--fresh'], { env, input: '/back\n/remove\n' });
    expect(removed).toMatchObject({ status: 0, stdout: expect.stringMatching(/Step 2 of[\s\S]*Step 1 of/) });
    const { scenarios } = JSON.parse((await run(['progress', '--json'], { env })).stdout);
    expect(scenarios['standalone-replica'].lab).toBeUndefined();
  });
});
