import { expect, it } from 'vitest';
import type { Finding } from '../../../../src/validate/proof.ts';
import { openReporters } from '../../../../src/validate/report/open.ts';
import { aCase, aProof, aRun, aStep, versions } from './proofs.ts';

const UNSEEN = '\x00\x07\x1b]0;x\x07\x1b[2J\x7f\x9b31m\u202e\u2066\u200f\u061c\u2028\u2029\ufeff\u200b\u{e0041}';
const COMMANDS = ['::error::x', '  ::set-output name=a::b', '\t::stop-commands::x', '##[error]x', 'a ##[add-mask]x'];
const HOSTILE = `${UNSEEN}\n${COMMANDS.join('\n')}\n\r\n::warning::${UNSEEN}`;

/** Hostile in every place that a document or a lab has a say in. */
const finding: Finding = {
  ...{ status: 'fail', rule: 'output', line: 3, message: HOSTILE, expected: HOSTILE, actual: HOSTILE },
  evidence: { block: HOSTILE, output: HOSTILE, screen: HOSTILE, logs: { [HOSTILE]: HOSTILE } },
};
const diff = COMMANDS.map((command) => ` ${command}`).join('\n');
const proof = aProof({
  case: aCase({ scenario: HOSTILE, title: HOSTILE, directory: HOSTILE, file: `${HOSTILE}/scenario.md` }),
  steps: [aStep({ title: HOSTILE, findings: [finding, { ...finding, diff: `${diff}\n+${HOSTILE}` }] })],
  findings: [finding],
  versions: { ...versions, postgres: HOSTILE, runtime: HOSTILE },
});

async function written(name: 'text' | 'json' | 'junit' | 'github', columns?: number): Promise<string> {
  let text = '';
  const stdout = { write: (more: string) => (text += more), columns };
  const environment = { GITHUB_ACTIONS: 'true' };
  const reporter = await openReporters([{ name }], { stdout, colour: false, environment });
  reporter.caseStarted?.(proof.case);
  for (const step of proof.steps) reporter.step?.(proof.case, step);
  reporter.caseEnded?.(proof);
  await reporter.end(aRun([proof], { notRun: [proof.case], milliseconds: 9000 }));
  return text;
}

it.each(['text', 'json', 'junit', 'github'] as const)('nothing in %s can harm who looks at it', async (name) => {
  const text = await written(name);
  expect(text).toContain('error');
  expect(text).not.toMatch(
    /[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u,
  );
});

it.each([undefined, 20, 80])('what was printed is no command to GitHub (%s columns)', async (columns) => {
  for (const name of ['text', 'json', 'junit'] as const) {
    const lines = (await written(name, columns)).split('\n');
    expect(lines.filter((line) => /^\s*::|##\[/.test(line))).toEqual([]);
  }
  const commands = (await written('github')).split('\n').filter((line) => /^\s*::|##\[/.test(line));
  for (const command of commands) expect(command).toMatch(/^::error file=[^:]*::/);
});

it('JSON says what came, all the same', async () => {
  expect(JSON.parse(await written('json')).cases[0]).toMatchObject({ scenario: HOSTILE, steps: proof.steps });
});
