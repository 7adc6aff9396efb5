import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Diagnostic } from '../../../src/model/diagnostic.ts';
import { lintPath } from '../../../src/scenario/lint/lint.ts';
import { listScenarios, loadScenario } from '../../../src/scenario/load.ts';
import { formatDiagnostic } from '../../../src/scenario/report.ts';

const small = `---
format: 1
title: T
summary: S
difficulty: beginner
minutes: 2
lab: { hosts: { lab: { clusters: { main: { port: 5432 } } } } }
---
## Wait
\`\`\`yaml question
ask: What for?
answer: Nothing
explain: Indeed.
\`\`\`
\`\`\`yaml check
name: It is answered
answer: wait:question-1
otherwise: No.
\`\`\`
`;

/** What stands in place of a document, by the name of its folder, and what is said of it. */
const DOCUMENTS: Record<string, [make: (path: string) => unknown, said: RegExp]> = {
  sound: [(path) => writeFile(path, small), /^$/],
  folder: [(path) => mkdir(path), /:1:1 unreadable-document .* it is a folder\. Put a file there\.$/],
  pipe: [(path) => execFileSync('mkfifo', [path]), /:1:1 unreadable-document .* it is a pipe\. /],
  zero: [(path) => symlink('/dev/zero', path), /:1:1 unreadable-document .* it is no regular file\. /],
  random: [(path) => symlink('/dev/urandom', path), /:1:1 unreadable-document .* it is no regular file\. /],
  terminal: [(path) => symlink('/dev/ptmx', path), /:1:1 unreadable-document .* it is no regular file\. /],
  'link-loop': [(path) => symlink('scenario.md', path), /:1:1 unreadable-document .* leads back to itself\. /],
  'long-name': [(path) => symlink('x'.repeat(300), path), /:1:1 unreadable-document .* too long\. /],
  nowhere: [(path) => symlink('nothing', path), /:1:1 missing-document /],
  huge: [(path) => writeFile(path, Buffer.alloc(1024 ** 2 + 1, 'a\n')), /:1:1 unreadable-document .* more than 1 MB\./],
  'not-utf8': [
    (path) => writeFile(path, Buffer.from(small.replace('summary: S', 'summary: \xe4\xc3 \xe4'), 'latin1')),
    /:4:10 unreadable-document The document must be UTF-8/,
  ],
  'utf-16': [(path) => writeFile(path, `\ufeff${small}`, 'utf16le'), /:1:1 unreadable-document .* UTF-8/],
  empty: [(path) => writeFile(path, ''), /:1:1 front-matter /],
  quotes: [(path) => writeFile(path, `${small}\n${'>'.repeat(20_000)}`), /:\d+:10001 long-line /],
  lists: [(path) => writeFile(path, `${small}\n${'- '.repeat(500)}`), /:\d+:1 deep-nesting /],
  brackets: [(path) => writeFile(path, `---\n${'tags: ['.padEnd(9000, '[')}\n---\n## A\n`), /:2:1 yaml .* too deep/],
  'bad\u001b[2Jid': [(path) => writeFile(path, small), /bad\\u\{1b\}\[2Jid\/scenario\.md:1:1 scenario-id .*Rename/],
};
const IDS = [
  '.dot',
  '-dash',
  'a,b',
  'a\\b',
  '__proto__',
  'constructor',
  'a'.repeat(64),
  'a b',
  'ä',
  'a\nb',
  '$(id)',
  '\u202eab',
];

let root: string;
/** Of all of them together. */
let all: Diagnostic[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'documents-'));
  for (const [name, [make]] of Object.entries(DOCUMENTS)) {
    await mkdir(join(root, name));
    await make(join(root, name, 'scenario.md'));
  }
  for (const id of IDS) {
    await mkdir(join(root, id));
    await writeFile(join(root, id, 'scenario.md'), small);
  }
  all = await lintPath(root);
});
afterAll(() => rm(root, { recursive: true }));

test('whatever stands in place of a document is a fault of it alone, in harmless characters', async () => {
  const together = all.map(formatDiagnostic);
  for (const [name, [, said]] of Object.entries(DOCUMENTS)) {
    const own = (await lintPath(join(root, name))).map(formatDiagnostic);
    expect(own.join('\n'), name).toMatch(said);
    expect(together, name).toEqual(expect.arrayContaining(own));
    const { scenario, diagnostics } = await loadScenario(join(root, name));
    expect(scenario === null, name).toBe(name !== 'sound');
    expect(diagnostics.map(formatDiagnostic).join('\n'), `${name} to load`).toMatch(said);
  }
  expect(together.filter((text) => /[^\x20-\x7e…“”]/.test(text))).toEqual([expect.stringContaining('"ä"')]);
});

test('a folder whose name cannot be an id is told', async () => {
  for (const id of IDS) {
    expect(await lintPath(join(root, id)), id).toMatchObject([{ rule: 'scenario-id', line: 1, column: 1 }]);
    expect(await loadScenario(join(root, id)), id).toMatchObject({ scenario: null });
  }
  expect(all.filter(({ rule }) => rule === 'scenario-id')).toHaveLength(IDS.length + 1);
});

test('a list holds every one of them, and asks for a lab only where there can be one', async () => {
  const list = await listScenarios(root);
  expect(list.map(({ id }) => id).sort()).toEqual([...Object.keys(DOCUMENTS), ...IDS].sort());
  expect(list.filter(({ lab }) => lab).map(({ id }) => id)).toEqual(['sound']);
  expect(list.map(({ title }) => title).filter((title) => /[^\x20-\x7eä]/.test(title))).toEqual([]);
});

test('a document by itself is read the same way, and one of several does not take the others with it', async () => {
  const zero = join(root, 'zero/scenario.md');
  await symlink('/dev/zero', join(root, 'zero.md'));
  expect(await lintPath(zero)).toMatchObject([{ rule: 'unreadable-document' }]);
  expect(await lintPath(join(root, 'folder/scenario.md'))).toMatchObject([{ rule: 'unreadable-document' }]);
  expect(await lintPath(join(root, 'zero.md'))).toMatchObject([{ rule: 'unreadable-document' }]);
});

test('a folder of folders is a collection only where one of them is a scenario', async () => {
  const other = await mkdtemp(join(root, 'killercoda-'));
  await mkdir(join(other, 'assets'));
  await mkdir(join(other, 'intro'));
  const file = join(other, 'scenario.md');
  expect((await lintPath(other)).map(formatDiagnostic)).toEqual([
    expect.stringContaining(`${file}:1:1 missing-document There is no such document.`),
  ]);
  await writeFile(join(other, 'index.json'), '{}');
  expect((await lintPath(other)).map(formatDiagnostic)).toEqual([
    expect.stringMatching(/:1:1 missing-document These are scenarios of Killercoda \(index\.json\)/),
  ]);
});
