import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Scenario } from '../model/scenario.ts';
import { type Cluster, MAJORS, type Major, type Topology } from '../model/topology.ts';
import { packageFile } from '../util/paths.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import { suggest } from './nearest.ts';
import type { Parsed } from './parse.ts';
import { loosely, splitDocument } from './source.ts';
import { majorsIn } from './versions.ts';

export const DOCUMENT = 'scenario.md';

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

/** Parses the scenario in a folder. A missing document is a diagnostic like any other fault. */
export async function loadScenario(directory: string, major?: Major): Promise<Parsed> {
  const [{ parseScenario }, source] = await Promise.all([import('./parse.ts'), readDocument(directory)]);
  const { id, file } = naming(directory);
  if (source === undefined) return { scenario: null, diagnostics: [missingDocument(file)] };
  return parseScenario(source, { file, id, major });
}

/** The document's text; undefined where there is none. */
export async function readDocument(directory: string): Promise<string | undefined> {
  try {
    return await readFile(join(directory, DOCUMENT), 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** A scenario's id, and its document's path as messages show it: relative where it is below the working directory. */
export function naming(directory: string): { id: string; file: string } {
  const path = resolve(directory, DOCUMENT);
  const near = relative(process.cwd(), path);
  return { id: basename(resolve(directory)), file: near.startsWith('..') ? path : near };
}

export const missingDocument = (file: string) => ({
  file,
  line: 1,
  column: 1,
  rule: 'missing-document',
  message: `There is no such document. A scenario is a folder with a ${DOCUMENT} in it.`,
});

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
  if (await exists(join(directory, DOCUMENT))) return summarize(directory);
  const message = /[/\\.]/.test(id) ? `There is no ${DOCUMENT} at ${id}.` : `There is no scenario "${id}".`;
  throw new UserError('no-such-scenario', message, { hint: suggest(id, ids), exit: EXIT.usage });
}

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
    entries.map(async ({ name }) => ((await exists(join(root, name, DOCUMENT))) ? [name] : [])),
  );
  return found.flat().sort();
}

async function summarize(directory: string): Promise<ScenarioSummary> {
  const { id, file } = naming(directory);
  const parts = splitDocument((await readDocument(directory)) ?? '');
  const header = typeof parts === 'string' ? {} : loosely(parts.header).data;
  const text = (key: string): string => (typeof header[key] === 'string' ? header[key] : '');
  const list = (key: string): string[] => (Array.isArray(header[key]) ? header[key].map(String) : []);
  return {
    id,
    file,
    directory: resolve(directory),
    title: text('title') || id,
    summary: text('summary'),
    difficulty: DIFFICULTIES.includes(text('difficulty')) ? (text('difficulty') as Scenario['difficulty']) : 'beginner',
    minutes: Number(text('minutes')) || 0,
    tags: list('tags'),
    majors: majorsIn(text('postgres') || '*') ?? [...MAJORS],
    after: list('after'),
    steps: typeof parts === 'string' ? 0 : countSteps(parts.text),
    lab: topologyOf(header),
  };
}

function topologyOf(header: Record<string, unknown>): Topology | undefined {
  const entries = (value: unknown) => Object.entries((value ?? {}) as Record<string, Record<string, unknown>>);
  const [host, ...others] = entries((header.lab as Record<string, unknown> | undefined)?.hosts);
  if (!host || others.length > 0) return undefined;
  const [name, { image = 'postgres', clusters: named }] = host;
  const clusters = entries(named).map(([cluster, { port, state = 'running' }]) => ({
    name: cluster,
    port: Number(port),
    state: state as Cluster['state'],
  }));
  const sound = clusters.every(({ port, state }) => port > 0 && ['running', 'stopped'].includes(state));
  return sound ? { host: name, image: String(image), clusters } : undefined;
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

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
