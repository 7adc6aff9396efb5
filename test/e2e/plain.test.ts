import { expect, it, onTestFinished } from 'vitest';
import { forEachRuntime, major } from '../contract/runtimes.ts';
import { ownState, run, Student } from './student.ts';

forEachRuntime((runtime) => {
  it.runIf(runtime.name === 'local')(
    'takes a lesson in plain text: nothing blocks it, nothing is thrown away unasked, Ctrl-C is for the command',
    async () => {
      const args = ['start', 'dump-and-restore', '--plain', '--runtime', runtime.name, '--pg', String(major)];
      const student = new Student(args, { env: await ownState(), columns: 160 });
      onTestFinished(() => student.leaveAtOnce());
      await student.sees(/Step 1 of 9[\s\S]*shell> ?\s*$/);
      const steps: [line: string, seen: string | RegExp][] = [
        ['/in nosuch', 'The terminals are: shell, psql.'],
        ['/in psql', /\npsql> ?\s*$/],
        ['SELECT 40 +', /semicolon ends it[\s\S]*psql …> ?\s*$/],
        ['2 AS sum;', / sum\s+-----\s+ {2}42/],
        ['pg_dump bakery', /This is psql[\s\S]*\/in shell/],
        ['/interrupt', /\/interrupt[\s\S]*psql> ?\s*$/],
        ['/in shell', /\nshell> ?\s*$/],
        ['seq 100 | less', /q leaves it\.[\s\S]*\(seq/],
        ['q', /> q[\s\S]*\nshell> ?\s*$/],
        ['read -p "Name: " x; echo got $x', /Name:[\s\S]*\(read/],
        ['Ada', 'got Ada'],
        ['sleep 300', /\(sleep 300\)> ?\s*$/],
        ['\x03', /\^C\s+shell> ?\s*$/],
        // Ctrl-D is for what reads in the lab, and what is typed after it is read.
        ['cat', /\(cat\)> ?\s*$/],
        ['\x04', /\nshell> ?\s*$/],
        ['SELECT 1;', /that was for psql\.[\s\S]*\nshell> ?\s*$/],
        ['/in psql', /\npsql> ?\s*$/],
        ['\\q', /\npsql \(bash\)> ?\s*$/],
        ['psql', /\(bash\)> psql\s[\s\S]*\npsql> ?\s*$/],
        // Nothing new was typed here.
        ['/in shell', /\/in shell\nYou are in the terminal shell now\.\nshell> ?\s*$/],
        ['exit', /The shell here has ended\.[\s\S]*\nshell \(ended\)> ?\s*$/],
        ['echo $((20 + 3))', /A new one is opened\.\s+23\s+shell> ?\s*$/],
        [`echo ${'x'.repeat(4000)}`, /nothing was typed[\s\S]*\nshell> ?\s*$/],
        ['read -s -p "Secret: " x; echo $x | wc -c', /What you type is not shown[\s\S]*\(read/],
        ['hidden', /\(read.*> *\n *7\nshell> ?\s*$/],
        ['nano', /draws on the whole screen[\s\S]*Ctrl-X/],
        ['\x18', /\nshell> ?\s*$/],
        ['/answer', 'no open question'],
        ['/reset', /This would remove the lab [\s\S]*yes or no> ?\s*$/],
        ['no', 'Nothing was done.'],
        ['/next', 'Step 2 of 9'],
        ['/remove', 'Type yes to do it'],
      ];
      for (const [line, seen] of steps) {
        student.type(['\x03', '\x04'].includes(line) ? line : `${line}\r`);
        await student.sees(seen, 15_000);
        // What is typed before the prompt is echoed before it.
        await student.sees(/> ?\s*$/, 15_000);
      }
      student.type('yes\r');
      expect(await student.ended).toBe(0);
      expect(student.screen()).not.toContain('Your lab is kept');
    },
    120_000,
  );

  const { name } = runtime;
  // A later step takes longer to begin at than what is typed takes to come.
  const start = ['start', 'standalone-replica', '--plain', '--step', '2', '--runtime', name, '--pg', String(major)];

  it('takes in plain text what came before the lab was ready, and the end of it', async () => {
    const env = await ownState();
    // What waits for more than the pipe has gets its end.
    const nothing = await run(start, { env, input: 'cat\n' });
    expect(nothing).toMatchObject({ status: 0, stdout: expect.stringMatching(/Step 2 of[\s\S]*Your lab is kept/) });
    const removed = await run([...start, '--fresh', '--yes'], { env, input: '/back\n/remove\nyes\n' });
    expect(removed).toMatchObject({ status: 0, stdout: expect.stringMatching(/Step 2 of[\s\S]*Step 1 of/) });
    const { scenarios } = JSON.parse((await run(['progress', '--json'], { env })).stdout);
    expect(scenarios['standalone-replica'].lab).toBeUndefined();
  });
});
