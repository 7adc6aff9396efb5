import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { printable } from '../../util/printable.ts';
import { TookTooLong, watched } from '../../util/watched.ts';
import { DOCUMENT, missingDocument, naming, readDocument, readFolder, unreadable } from '../document.ts';
import { hasDocument, scenarioIds } from '../load.ts';
import { readDraft } from '../parse.ts';
import { firstOf, inOrder, placeIn } from '../report.ts';
import type { Finding, Rule, Subject } from './rule.ts';
import { RULES } from './rules.ts';

/** Milliseconds that a rule may take. */
const PATIENCE = 10_000;

/**
 * What is wrong with a scenario's folder, a document, or every scenario in a folder, in the order of file and position. A
 * document is read for each major that it is meant for. Never rejects: what cannot be read is a fault like any other.
 */
export async function lintPath(path: string): Promise<Diagnostic[]> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (isFolder && (await hasDocument(path))) return lintFolder(path);
  if (basename(path) === DOCUMENT) return lintFolder(dirname(path));
  return isFolder ? lintCollection(path) : lintFile(path);
}

/** A folder of scenarios: each folder in it must be one, where one is. */
async function lintCollection(path: string): Promise<Diagnostic[]> {
  const { file } = naming(path);
  let ids: string[];
  let entries: Dirent[];
  try {
    ids = await scenarioIds(path);
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    return [unreadable(file, error)];
  }
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  if (ids.length > 0) {
    const each = [...new Set([...ids, ...folders])].map((name) => lintFolder(join(path, name)));
    return inOrder((await Promise.all(each)).flat());
  }
  const others = await Promise.all(['.', ...folders].map((name) => isKillercoda(join(path, name))));
  if (!others.includes(true)) return [missingDocument(file)];
  const message = `These are scenarios of Killercoda (index.json), which this program does not read. Write a ${DOCUMENT}.`;
  return [{ ...missingDocument(file), message }];
}

const isKillercoda = (directory: string): Promise<boolean> =>
  stat(join(directory, 'index.json')).then(
    (stats) => stats.isFile(),
    () => false,
  );

async function lintFolder(directory: string): Promise<Diagnostic[]> {
  const [{ id, file, source, files, diagnostics }, siblings] = await Promise.all([
    readFolder(directory),
    // Who may not look around knows nothing of them.
    scenarioIds(dirname(resolve(directory))).catch(() => undefined),
  ]);
  const found = source === undefined ? [] : lintSource(source, { id, file }, { files, siblings });
  return inOrder([...diagnostics, ...found]);
}

async function lintFile(path: string): Promise<Diagnostic[]> {
  const file = printable(path);
  const { source, fault } = await readDocument(path, file);
  if (fault) return [fault];
  return lintSource(source, { id: basename(path, '.md'), file }, {});
}

type Surroundings = Partial<Pick<Subject, 'files' | 'siblings'>>;

/** What is wrong with a document's text. */
export function lintSource(source: string, name: { id: string; file: string }, around: Surroundings): Diagnostic[] {
  const { draft, diagnostics } = readDraft(source, name);
  if (!draft) return diagnostics;
  const others = draft.majors.filter((major) => major !== draft.major);
  const elsewhere = others.flatMap((major) => readDraft(source, { ...name, major }).diagnostics);
  const subject: Subject = { scenario: draft, files: undefined, siblings: undefined, ...around };
  const lines = source.split(/\r\n?|\n/);
  const found = Object.entries(RULES).flatMap(([rule, findings]) =>
    judge(rule, findings, subject).map(
      ({ line, message, file }): Diagnostic => ({
        file: file === undefined ? name.file : join(dirname(name.file), printable(file)),
        ...placeIn(lines, { line, column: 1 }),
        rule,
        message: printable(message),
      }),
    ),
  );
  return firstOf(inOrder([...diagnostics, ...elsewhere, ...found]));
}

function judge(name: string, rule: Rule, subject: Subject): Finding[] {
  try {
    return watched(() => rule(subject), PATIENCE);
  } catch (error) {
    if (!(error instanceof TookTooLong)) throw error;
    return [{ line: 1, message: `Whether ${name} holds takes too long to tell. Make several scenarios of it.` }];
  }
}
