import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commandsOf } from '../../../src/model/scenario.ts';
import type { Major } from '../../../src/model/topology.ts';
import { diffOutput } from '../../../src/scenario/output/diff.ts';
import { matchOutput } from '../../../src/scenario/output/match.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import type { Finding, Proof } from '../../../src/validate/proof.ts';
import { updateOutputs } from '../../../src/validate/update.ts';

const FILE = 'scenarios/bread/scenario.md';
const HEADER = `---
format: 1
title: Bread
summary: Look at bread.
difficulty: beginner
minutes: 1
lab: { hosts: { lab: { clusters: { main: { port: 5432 } } } } }
---
## Look
`;

let directory: string;
let document: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waldojo-update-'));
  document = join(directory, 'scenario.md');
});
afterEach(() => rm(directory, { recursive: true }));

const block = (shown: string, fence = '```') => `\`\`\`sh run\nlook\n\`\`\`\n${fence}text output\n${shown}\n${fence}\n`;

/** A proof of the document as it stands: its output blocks, in their order, against what was printed; undefined: as shown. */
async function proof(printed: (string | undefined)[], major: Major = 17, more: Finding[] = []): Promise<Proof> {
  const source = await readFile(document, 'utf8');
  const { scenario, diagnostics } = parseScenario(source, { file: FILE, id: 'bread', major });
  expect(diagnostics).toEqual([]);
  const step = scenario!.steps[0]!;
  const blocks = commandsOf(step.blocks, 'run').flatMap(({ output }) => output ?? []);
  const findings = blocks.flatMap(({ text, line }, i): Finding[] => {
    const came = printed[i];
    if (came === undefined) return [];
    const match = matchOutput(text, came);
    if (match.ok) return [];
    const { expected, actual } = match;
    const diff = diffOutput(text, came, { file: FILE, line });
    const place = { line: line + 1 + match.line, output: { line, printed: came } };
    return [{ status: 'note', rule: 'output', message: 'No.', expected, actual, diff, ...place }];
  });
  const { id, title, line } = step;
  return {
    case: { scenario: 'bread', title: 'Bread', directory, file: FILE, major, runtime: 'local' },
    steps: [
      { id, title, line, checks: 0, mistakes: 0, ablations: 0, milliseconds: 0, findings: [...findings, ...more] },
    ],
    findings: [],
    milliseconds: 0,
    interrupted: false,
  };
}

const LINE = HEADER.split('\n').length + 3;
const left = (reason: string | RegExp, line = LINE) => ({
  rewritten: [],
  left: [{ file: FILE, line, reason: expect.stringMatching(reason) }],
});

test('a block shows what came, and nothing else in the file is touched', async () => {
  const before = `${HEADER}Text with trailing blanks.  \n${block('a\nat <lsn>  \nold')}\nEnd\t`;
  await writeFile(document, before);
  const updated = await updateOutputs([await proof(['a\nat 0/3000148\nnew\n/var/lib/postgresql/17/main'])]);
  expect(updated).toEqual({ rewritten: [{ file: FILE, line: LINE + 1, lines: 4 }], left: [] });
  expect(await readFile(document, 'utf8')).toBe(before.replace('old', 'new\n{{main.data}}'));
});

test('proved again it matches, and a second time nothing changes', async () => {
  await writeFile(document, HEADER + block('old'));
  const printed = ['2025-11-21 07:10:00 UTC [1234] LOG:  ready at 0/3000148\n...\n<int>\n```\n {{x}}'];
  expect((await updateOutputs([await proof(printed)])).rewritten).toHaveLength(1);
  const { mtimeMs, ino } = await stat(document);
  const again = await proof(printed);
  expect(again.steps[0]!.findings).toEqual([]);
  expect(await updateOutputs([again])).toEqual({ rewritten: [], left: [] });
  expect(await stat(document)).toMatchObject({ mtimeMs, ino });
});

test.each([
  ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
  ['no final newline', (text: string) => text.trimEnd()],
  ['a byte order mark', (text: string) => `\uFEFF${text}`],
])('a file with %s keeps it', async (_, written) => {
  const source = `${HEADER}${block('a\nold\nb')}${block('x')}`;
  await writeFile(document, written(source));
  await updateOutputs([await proof(['a\nnew\nb', 'y\nz'])]);
  expect(await readFile(document, 'utf8')).toBe(
    written(source.replace('old', 'new').replace('x\n```\n', 'y\nz\n```\n')),
  );
});

test.each(['````', '~~~', '~~~~~', '   ```'])('a fence of %s stays', async (fence) => {
  await writeFile(document, HEADER + block(`  a\n ${fence.trim().slice(1)}\nold`, fence));
  await updateOutputs([
    await proof([`  a\n ${fence.trim().slice(1)}\nnew`.replace(/^ {1,3}/gm, fence.startsWith(' ') ? '' : '$&')]),
  ]);
  const margin = fence.startsWith(' ') ? '   ' : '';
  expect(await readFile(document, 'utf8')).toBe(HEADER + block(`  a\n ${fence.trim().slice(1)}\n${margin}new`, fence));
});

test('a fence that the output would close is lengthened', async () => {
  await writeFile(document, HEADER + block('old'));
  await updateOutputs([await proof(['a\n````  \nb\n  ```\n```x'])]);
  expect(await readFile(document, 'utf8')).toBe(
    HEADER + block('a\n````\nb\n  ```\n```x', '`````').replace('`````sh', '```sh'),
  );
});

test('several blocks are rewritten at once, each named by the line where it now is', async () => {
  await writeFile(document, HEADER + block('a') + block('b') + block('c'));
  const updated = await updateOutputs([await proof(['1\n2\n3', undefined, 'x'])]);
  expect(updated.rewritten).toEqual([
    { file: FILE, line: LINE, lines: 3 },
    { file: FILE, line: LINE + 14, lines: 1 },
  ]);
  const lines = (await readFile(document, 'utf8')).split('\n');
  expect(updated.rewritten.map(({ line }) => lines[line - 1])).toEqual(['```text output', '```text output']);
  expect(await readFile(document, 'utf8')).toBe(HEADER + block('1\n2\n3') + block('b') + block('x'));
});

test('a block matches what came in all cases, in those too where it was right already', async () => {
  await writeFile(document, HEADER + block('PostgreSQL 13\nat <lsn>'));
  const proofs = [
    await proof(['PostgreSQL 17\nat 0/12'], 17),
    await proof([undefined], 13),
    await proof(['PostgreSQL 17\nextra\nat 0/12'], 18),
  ];
  expect((await updateOutputs(proofs)).rewritten).toHaveLength(1);
  expect(await readFile(document, 'utf8')).toBe(HEADER + block('PostgreSQL <int>\n...\nat <lsn>'));
});

test('a document that has changed since is left alone', async () => {
  await writeFile(document, HEADER + block('a\nold'));
  const proofs = [await proof(['a\nnew'])];
  for (const now of [
    HEADER + block('a\nother'),
    `${HEADER}\n${block('a\nold')}`,
    `${HEADER}## broken\n\`\`\`sh rum\n`,
  ]) {
    await writeFile(document, now);
    expect(await updateOutputs(proofs)).toEqual(left('has changed since'));
    expect(await readFile(document, 'utf8')).toBe(now);
  }
  await rm(document);
  expect(await updateOutputs(proofs)).toEqual(left('could not be rewritten: ENOENT'));
});

test('what a command printed that ended otherwise than it should is not taken over', async () => {
  await writeFile(document, HEADER + block('old'));
  const exit: Finding = { status: 'fail', rule: 'exit', line: LINE - 3, message: 'No.' };
  expect(await updateOutputs([await proof(['look: command not found'], 17, [exit])])).toEqual(left('did not end'));
});

test('a block that would show nothing is left', async () => {
  await writeFile(document, HEADER + block('old'));
  expect(await updateOutputs([await proof([''])])).toEqual(left('Nothing was printed'));
  expect(await updateOutputs([await proof(['a'], 17), await proof(['something else'], 13)])).toEqual(
    left('nothing in common'),
  );
  await writeFile(document, HEADER + block('...\nold\n...'));
  expect(await updateOutputs([await proof(['a'])])).toEqual(left('nothing in common'));
});

test('a file that is not UTF-8 is left', async () => {
  await writeFile(document, Buffer.concat([Buffer.from(HEADER + block('old')), Buffer.from([0xe9])]));
  expect(await updateOutputs([await proof(['new'])])).toEqual(left('it is not UTF-8'));
});

test('the mode stays, a symbolic link is followed, and nothing is left beside the file', async () => {
  await mkdir(join(directory, 'elsewhere'));
  const target = join(directory, 'elsewhere', 'real.md');
  await writeFile(target, HEADER + block('old'));
  await chmod(target, 0o640);
  await symlink('elsewhere/real.md', document);
  await updateOutputs([await proof(['new'])]);
  expect((await lstat(document)).isSymbolicLink()).toBe(true);
  expect((await stat(target)).mode & 0o777).toBe(0o640);
  expect(await readFile(target, 'utf8')).toContain('new');
  expect(await readdir(join(directory, 'elsewhere'))).toEqual(['real.md']);
  expect((await readdir(directory)).sort()).toEqual(['elsewhere', 'scenario.md']);
});
