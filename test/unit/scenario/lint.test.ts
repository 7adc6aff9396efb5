import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { lintPath } from '../../../src/scenario/lint/lint.ts';
import { formatDiagnostic } from '../../../src/scenario/report.ts';
import { good } from './good.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/scenarios', import.meta.url));

async function lint(path: string): Promise<string[]> {
  const diagnostics = await lintPath(join(FIXTURES, path));
  return diagnostics.map((d) => formatDiagnostic(d).replace(/^.*\/scenarios\//, ''));
}

/** Faults of a document by itself: the good one with one place changed. */
async function lintAfter(from: string, to: string): Promise<string[]> {
  expect(good.split(from).length, `"${from}" is in the document once`).toBe(2);
  const directory = await mkdtemp(join(tmpdir(), 'lint-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, 'a.md');
  await writeFile(
    path,
    good.replace(from, () => to),
  );
  return (await lintPath(path)).map(({ line, rule, message }) => `${line} ${rule} ${message}`);
}

test('a good scenario has no faults', async () => {
  expect(await lint('good')).toEqual([]);
});

test('ten faults in one document are ten messages in their order, for people to read', async () => {
  const file = 'faulty/ten-faults/scenario.md';
  expect(await lint('faulty/ten-faults')).toEqual([
    `${file}:5:13 invalid-value "difficulty" must be one of beginner, intermediate, advanced.`,
    `${file}:14:16 unknown-variable There is no variable "main.dir". Did you mean "main.data"?`,
    `${file}:18:11 unknown-terminal There is no terminal "shel". Did you mean "shell"?`,
    `${file}:22:1 empty-hint This hint says nothing. Write it below the summary, or take it out.`,
    `${file}:31:1 duplicate-check The check on line 27 is called "There is a table" already. Give this one another name.`,
    `${file}:32:8 invalid-regex "ran" is no regular expression: Unterminated group.`,
    `${file}:36:1 wrong-target The step has no check "There is no table" to trip. Did you mean "There is a table"?`,
    `${file}:40:11 unknown-attribute A run fence has no attribute "tiemout". Did you mean "timeout"?`,
    `${file}:44:1 step-without-check Nothing checks what is done in "Second". Add a "yaml check" block to the step.`,
    `${file}:50:1 duplicate-step The step on line 16 is called "first" already. Give this one another heading.`,
  ]);
});

test('a folder is looked at as a whole: stray files, its image, the scenarios it follows', async () => {
  const folder = 'faulty/stray-file';
  expect(await lint(folder)).toEqual([
    `${folder}/notes.txt:1:1 stray-file "notes.txt" is no part of a scenario. Remove it; what a lab needs, a setup block makes.`,
    `${folder}/scenario.md:1:1 files This version brings no files into a lab. Make them in a setup block, and remove files/.`,
    `${folder}/scenario.md:1:1 missing-document "after" names "ten-fault", and there is no such scenario. Did you mean "ten-faults"?`,
    `${folder}/scenario.md:1:1 missing-document The scenario names itself under "after". Take it out.`,
    `${folder}/scenario.md:8:31 unknown-image There is no lab image "postgre". Did you mean "postgres"?`,
  ]);
});

test('a folder of scenarios is the faults of each, and one without a document is a fault', async () => {
  const faults = await lint('faulty');
  expect(faults).toHaveLength(10 + 5 + 1);
  expect(faults[0]).toMatch(/^faulty\/no-document\/scenario.md:1:1 missing-document /);
});

test('a path that does not exist is a fault', async () => {
  expect(await lint('nowhere')).toEqual([expect.stringContaining('nowhere:1:1 missing-document')]);
});

test('a fault that only another major shows is found, and what every major shows is said once', async () => {
  const pattern = "matches: '^(replica|logical)$'";
  // The quantifier is out of order on 13 alone.
  expect(await lintAfter(pattern, 'matches: "a{15,{{pg.major}}}"')).toEqual([
    expect.stringContaining('161 invalid-regex'),
  ]);
  expect(await lintAfter(pattern, 'matches: "["')).toHaveLength(1);
});

test.each([
  ['answer-without-question', 'answer: wal-size, otherwise', 'answer: wal-siz, otherwise', 173, '"wal-size"'],
  [
    'duplicate-id',
    '```sh run id=backup',
    '```sh run id=other\nls\n```\n\n```sh run id=other\nls\n```\n\n```sh run id=backup',
    54,
    'line 50',
  ],
  ['duplicate-id', 'ask: Which user?', 'id: wal-size\nask: Which user?', 145, 'line 125'],
  ['slow-pattern', "matches: '^(replica|logical)$'", "matches: '^(a+)+$'", 161, '"aaaaaaaaaa…"'],
  ['slow-pattern', "matches: '^(replica|logical)$'", "matches: '^((re|plica)+,?)+;'", 161, 'too long'],
  ['slow-pattern', "matches: '^(replica|logical)$'", "matches: '.*.*.*='", 161, 'too long'],
  ['wrong-target', 'replaces=backup', 'replaces=bakcup', 71, '"backup"'],
  ['wrong-target', '## Wrap-up', '```sh wrong trips="Rows"\nls\n```\n\n## Wrap-up', 177, 'stand in for'],
  ['stray-placeholder', 'Run it in {{main.data}}:', 'Run\nit {{ actual }}:', 42, '"otherwise"'],
  ['heading-order', '### A smaller', '##### A smaller', 99, 'Write 3'],
  ['empty-hint', 'In {{student.home}}.\n', '', 89, 'says nothing'],
])('%s', async (rule, from, to, line, message) => {
  const faults = await lintAfter(from, to);
  expect(faults).toEqual([expect.stringMatching(new RegExp(`^${line} ${rule} `))]);
  expect(faults[0]).toContain(message);
});
