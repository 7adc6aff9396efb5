import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Scenario } from '../model/scenario.ts';
import { type Cluster, MAJORS, type Major, type Topology } from '../model/topology.ts';
import { packageFile } from '../util/paths.ts';
import { printable } from '../util/printable.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import { watched } from '../util/watched.ts';
import { DOCUMENT, readFolder } from './document.ts';
import { hostileIn } from './hostile.ts';
import { suggest } from './nearest.ts';
import type { Parsed } from './parse.ts';
import { loosely, mapping, splitDocument } from './source.ts';
import { clusterFault, hostFault, IMAGE, imageFault } from './topology.ts';
import { majorsIn } from './versions.ts';

/** What a list of scenarios shows. A faulty document is listed with what can be made out. */
export interface ScenarioSummary
  extends Pick<Scenario, 'id' | 'file' | 'title' | 'summary' | 'minutes' | 'tags' | 'majors' | 'after'> {
  /** The scenario's folder, absolute. */
  directory: string;
  difficulty: Scenario['difficulty'];
  /** How many steps it has. */
  steps: number;
  /** The lab it asks for, where its front matter is well formed: it can be made while the rest is being read. */
  lab: Topology | undefined;
}

/** Parses the scenario in a folder. What is wrong with the folder, or no document in it, are diagnostics like any other. */
export async function loadScenario(directory: string, major?: Major): Promise<Parsed> {
  const [{ parseScenario }, folder] = await Promise.all([import('./parse.ts'), readFolder(directory)]);
  const { id, file, source } = folder;
  const parsed = source === undefined ? undefined : parseScenario(source, { file, id, major });
  const diagnostics = [...folder.diagnostics, ...(parsed?.diagnostics ?? [])];
  return { scenario: diagnostics.length > 0 ? null : (parsed?.scenario ?? null), diagnostics };
}

/** The scenarios below a folder, by difficulty, then by id. Only what a list shows is read. */
export async function listScenarios(root: string = packageFile('scenarios')): Promise<ScenarioSummary[]> {
  const ids = await scenarioIds(root);
  const summaries = await Promise.all(ids.map((id) => summarize(join(root, id))));
  const rank = (s: ScenarioSummary) => DIFFICULTIES.indexOf(s.difficulty);
  return summaries.toSorted((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1));
}

/** The scenario with this id, or at this path (its folder or its document). */
export async function findScenario(id: string, root: string = packageFile('scenarios')): Promise<ScenarioSummary> {
  const ids = await scenarioIds(root);
  if (ids.includes(id)) return summarize(join(root, id));
  const directory = basename(id) === DOCUMENT ? dirname(id) : id;
  if (await hasDocument(directory)) return summarize(directory);
  const shown = printable(id);
  const message = /[/\\.]/.test(id) ? `There is no ${DOCUMENT} at ${shown}.` : `There is no scenario "${shown}".`;
  throw new UserError('no-such-scenario', message, { hint: suggest(id, ids), exit: EXIT.usage });
}

/** Milliseconds that a document's front matter may take where it is only to be listed. */
const PATIENCE = 2000;
const DIFFICULTIES = ['beginner', 'intermediate', 'advanced'];

/** Names of the folders with a document; none where there is no such root. */
export async function scenarioIds(root: string): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(root, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
  const found = await Promise.all(
    entries.map(async ({ name }) => ((await hasDocument(join(root, name))) ? [name] : [])),
  );
  return found.flat().sort();
}

async function summarize(directory: string): Promise<ScenarioSummary> {
  const { id, file, source = '', diagnostics } = await readFolder(directory);
  const { header, text: body } = glimpse(source);
  const text = (key: string): string => (typeof header[key] === 'string' ? printable(header[key]) : '');
  const list = (key: string): string[] => (Array.isArray(header[key]) ? header[key].filter(isText).map(printable) : []);
  return {
    id,
    file,
    directory: resolve(directory),
    title: text('title') || printable(id),
    summary: text('summary'),
    difficulty: DIFFICULTIES.includes(text('difficulty')) ? (text('difficulty') as Scenario['difficulty']) : 'beginner',
    minutes: Number(text('minutes')) || 0,
    tags: list('tags'),
    majors: majorsIn(text('postgres') || '*') ?? [...MAJORS],
    after: list('after'),
    steps: countSteps(body),
    lab: diagnostics.length > 0 ? undefined : topologyOf(header),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** What a document's front matter seems to say, and all of its text. Whatever it is, it takes little time. */
function glimpse(source: string): { header: Record<string, unknown>; text: string } {
  const parts = splitDocument(source);
  if (typeof parts === 'string' || hostileIn(parts.text).refused) return { header: {}, text: '' };
  try {
    return { header: watched(() => loosely(parts.header).data, PATIENCE), text: parts.text };
  } catch {
    return { header: {}, text: '' };
  }
}

function topologyOf(header: Record<string, unknown>): Topology | undefined {
  const [host, ...others] = Object.entries(mapping(mapping(header.lab).hosts));
  if (!host || others.length > 0 || hostFault(host[0])) return undefined;
  const { image = IMAGE, clusters: named } = mapping(host[1]);
  const clusters = Object.entries(mapping(named)).map(([name, value]) => {
    const { port, state = 'running' } = mapping(value);
    return { name, port: Number(port), state: state as Cluster['state'] };
  });
  const sound = clusters.every(
    ({ name, port, state }) => !clusterFault(name, port) && ['running', 'stopped'].includes(state),
  );
  return sound && isText(image) && !imageFault(image) ? { host: host[0], image: IMAGE, clusters } : undefined;
}

/** `##` headings outside fences, by line: a list need not wait for a Markdown parser. */
function countSteps(text: string): number {
  let fence: string | undefined;
  let count = 0;
  for (const line of text.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (fence) {
      if (mark && mark[1]!.startsWith(fence) && !mark[2]!.trim()) fence = undefined;
    } else if (mark) fence = mark[1];
    else if (/^ {0,3}##(?:\s|$)/.test(line)) count++;
  }
  return count;
}

/** Whether there is, or may be, something by that name. If it cannot be read, that is the fault, and not that there is none. */
export const hasDocument = (directory: string): Promise<boolean> =>
  lstat(join(directory, DOCUMENT)).then(
    () => true,
    (error) => !isAbsent(error),
  );

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
