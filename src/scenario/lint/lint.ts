import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { packageFile } from '../../util/paths.ts';
import { DOCUMENT, missingDocument, naming, scenarioIds } from '../load.ts';
import { readDraft } from '../parse.ts';
import { inOrder } from '../report.ts';
import type { Subject } from './rule.ts';
import { RULES } from './rules.ts';

/**
 * What is wrong with a scenario's folder, a document, or every scenario in a folder, in the order of file and position. A
 * document is read for each major that it is meant for.
 */
export async function lintPath(path: string): Promise<Diagnostic[]> {
  const stats = await stat(path).catch(() => undefined);
  if (!stats) return [missingDocument(path)];
  if (stats.isFile()) return basename(path) === DOCUMENT ? lintFolder(dirname(path)) : lintFile(path);
  const entries = await readdir(path, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  if (entries.some(({ name }) => name === DOCUMENT) || !folders.length) return lintFolder(path);
  return inOrder((await Promise.all(folders.map(({ name }) => lintFolder(join(path, name))))).flat());
}

async function lintFolder(directory: string): Promise<Diagnostic[]> {
  const { id, file } = naming(directory);
  const entries = await readdir(directory, { withFileTypes: true });
  if (!entries.some(({ name }) => name === DOCUMENT)) return [missingDocument(file)];
  const [source, siblings] = await Promise.all([
    readFile(join(directory, DOCUMENT), 'utf8'),
    scenarioIds(dirname(resolve(directory))),
  ]);
  return lintSource(source, { id, file }, { files: entries.map(nameOf), siblings });
}

async function lintFile(path: string): Promise<Diagnostic[]> {
  const source = await readFile(path, 'utf8');
  return lintSource(source, { id: basename(path, '.md'), file: path }, { files: undefined, siblings: undefined });
}

type Surroundings = Pick<Subject, 'files' | 'siblings'>;

async function lintSource(
  source: string,
  name: { id: string; file: string },
  around: Surroundings,
): Promise<Diagnostic[]> {
  const { draft, diagnostics } = readDraft(source, name);
  if (!draft) return diagnostics;
  const others = draft.majors.filter((major) => major !== draft.major);
  const elsewhere = others.flatMap((major) => readDraft(source, { ...name, major }).diagnostics);
  const subject: Subject = { scenario: draft, images: await images(), ...around };
  const found = Object.entries(RULES).flatMap(([rule, findings]) =>
    findings(subject).map(
      ({ line, message, file }): Diagnostic => ({
        file: file === undefined ? name.file : join(dirname(name.file), file),
        line,
        column: 1,
        rule,
        message,
      }),
    ),
  );
  return inOrder([...diagnostics, ...elsewhere, ...found]);
}

const nameOf = (entry: Dirent): string => (entry.isDirectory() ? `${entry.name}/` : entry.name);

async function images(): Promise<string[]> {
  const entries = await readdir(packageFile('lab-images'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
