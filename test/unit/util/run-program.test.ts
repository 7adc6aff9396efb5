import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const module = new URL('../../../src/util/run-program.ts', import.meta.url).href;

/** Runs a program whose work is this, with these redirections of a shell; the one that it writes to is `3>&1`. */
async function program(
  work: string,
  redirections: string,
): Promise<{ status: number; stdout: string; stderr: string }> {
  const source = `import { runProgram } from ${JSON.stringify(module)}; runProgram(async (signal) => { ${work} });`;
  const node = [process.execPath, '--no-warnings', '--experimental-strip-types', '--input-type=module', '-e', source];
  const args = ['-c', `set -o pipefail; "$@" ${redirections}`, 'bash', ...node];
  try {
    return { status: 0, ...(await promisify(execFile)('bash', args, { timeout: 20_000 })) };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

const SAY = "process.stdout.write('said\\n');";
const FULL = /^waldojo: standard output cannot be written: no space left on device\.\n$/;

describe('a program', { concurrent: true }, () => {
  it.each<[string, string, string, number, string, RegExp]>([
    ['ends with the status of its work', `${SAY} return 1;`, '', 1, 'said\n', /^$/],
    ['ends though something is still open', `setInterval(() => {}, 1000); ${SAY} return 0;`, '', 0, 'said\n', /^$/],
    ['has failed where its output is lost', `${SAY} return 0;`, '>/dev/full', 3, '', FULL],
    ['also where that comes late', `${SAY} await new Promise(setImmediate); return 0;`, '>/dev/full', 3, '', FULL],
    ['also with much output', `process.stdout.write('x'.repeat(1e7)); return 0;`, '>/dev/full', 3, '', FULL],
    ['also where it has failed before', `${SAY} return 1;`, '>/dev/full', 3, '', FULL],
    [
      'says nothing where nobody wants more',
      "process.stdout.write('x\\n'.repeat(1e6)); return 0;",
      '| head -1',
      130,
      'x\n',
      /^$/,
    ],
    [
      'tells all that it has to tell',
      "process.stdout.write('x'.repeat(1e6)); return 0;",
      '| wc -c',
      0,
      '1000000\n',
      /^$/,
    ],
    ['needs no standard error', `process.stderr.write('lost'); ${SAY} return 0;`, '2>/dev/full', 0, 'said\n', /^$/],
    [
      'whose work can never end says so',
      `${SAY} await new Promise(() => {}); return 0;`,
      '',
      3,
      'said\n',
      /^waldojo: .*not finished\.\n$/,
    ],
    [
      'whose work waits for what does not hold it says so',
      'await new Promise((done) => setTimeout(done, 1e6).unref()); return 0;',
      '',
      3,
      '',
      /^waldojo: .*not finished\.\n$/,
    ],
    [
      'ends at the second Ctrl-C, whatever its work does',
      "setInterval(() => process.kill(process.pid, 'SIGINT'), 10); await new Promise(() => {}); return 0;",
      '',
      130,
      '',
      /^$/,
    ],
    [
      'lets its work end at the first Ctrl-C',
      "process.kill(process.pid, 'SIGINT'); const alive = setInterval(() => {}, 1000); await new Promise((done) => signal.addEventListener('abort', done)); clearInterval(alive); return 130;",
      '',
      130,
      '',
      /^$/,
    ],
  ])('%s', async (_, work, redirections, status, stdout, said) => {
    const ended = await program(work, redirections);
    expect(ended).toMatchObject({ status, stdout });
    expect(ended.stderr).toMatch(said);
  });
});
