import * as z from 'zod/mini';
import type { Scenario } from '../model/scenario.ts';
import { MAJORS, type TerminalSpec, type Topology } from '../model/topology.ts';
import { isTaken } from './ids.ts';
import type { Report } from './report.ts';
import { loosely, mapping } from './source.ts';
import { clusterFault, hostFault, IMAGE, imageFault } from './topology.ts';
import { line, text, wholeNumber } from './values.ts';
import { majorsIn } from './versions.ts';
import { readShape, readYaml, type Yaml } from './yaml.ts';

/** What the front matter says. */
export type Header = Omit<Scenario, 'id' | 'file' | 'major' | 'introduction' | 'steps'>;

export const FORMAT = '1';
const RANGE_HELP = `supported are ${MAJORS.join(', ')}; write a range such as ">=13", "13 - 17" or "15 || 17"`;
const TERMINALS: TerminalSpec[] = [
  { name: 'shell', user: 'student' },
  { name: 'psql', user: 'student', command: 'psql -d postgres' },
];

const range = text.check(
  z.refine((value) => majorsIn(value) !== undefined, {
    error: `is no range of PostgreSQL majors: ${RANGE_HELP}`,
    abort: true,
  }),
  z.refine((value) => majorsIn(value)?.length !== 0, `holds no supported major: ${RANGE_HELP}`),
);

const cluster = z.strictObject({ port: wholeNumber, state: z.optional(z.enum(['running', 'stopped'])) });
const host = z.strictObject({ image: z.optional(text), clusters: z.record(z.string(), cluster) });
const user = text.check(z.regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be the name of a user, such as student or postgres'));
const terminal = z.strictObject({ user, command: z.optional(text) });
const url = text.check(z.regex(/^https?:\/\/\S+$/, 'must be an http or https address'));
const header = z.strictObject({
  format: text,
  title: line,
  summary: text,
  difficulty: z.enum(['beginner', 'intermediate', 'advanced']),
  minutes: wholeNumber,
  tags: z.optional(z.array(text)),
  postgres: z.optional(range),
  after: z.optional(z.array(text)),
  lab: z.strictObject({ hosts: z.record(z.string(), host) }),
  terminals: z.optional(z.record(z.string(), terminal)),
  sources: z.optional(z.array(z.strictObject({ title: text, url }))),
});

/** Reads front matter whose variables are resolved. Undefined when it is faulty, which is reported. */
export function readHeader(source: string, report: Report): Header | undefined {
  const yaml = readYaml(source, { line: 2, indent: 0 }, report);
  if (!yaml) return undefined;
  const format = (yaml.data as { format?: unknown } | null)?.format;
  if (typeof format === 'string' && format !== '' && format !== FORMAT) {
    report(
      'unknown-format',
      yaml.at(['format']),
      `This document has format ${format}, and this version reads format ${FORMAT}. Update the program, or write "format: ${FORMAT}".`,
    );
    return undefined;
  }
  const data = readShape(yaml, [], header);
  if (!data) return undefined;
  return {
    title: data.title,
    summary: data.summary,
    difficulty: data.difficulty,
    minutes: data.minutes,
    tags: data.tags ?? [],
    majors: majorsIn(data.postgres ?? '*') ?? [],
    after: data.after ?? [],
    lab: readTopology(yaml, data.lab.hosts),
    terminals: data.terminals ? readTerminals(yaml, data.terminals) : TERMINALS,
    sources: data.sources ?? [],
  };
}

function readTopology(yaml: Yaml, hosts: z.output<typeof header>['lab']['hosts']): Topology {
  const [first, second] = Object.keys(hosts);
  const path = ['lab', 'hosts'];
  if (second !== undefined) {
    yaml.report(
      'several-hosts',
      yaml.atKey(path, second),
      'This version runs one host per lab. Keep one, and put its clusters there.',
    );
  }
  const [host, { image = IMAGE, clusters }] = first === undefined ? ['lab', { clusters: {} }] : [first, hosts[first]!];
  const here = [...path, host, 'clusters'];
  const badHost = first === undefined ? undefined : hostFault(first);
  if (badHost) yaml.report('host-name', yaml.atKey(path, host), badHost);
  const badImage = imageFault(image);
  if (badImage) yaml.report('unknown-image', yaml.at([...path, host, 'image']), badImage);
  const names = keysAt(yaml, here);
  if (!names.length)
    yaml.report('missing-key', yaml.at(here), 'The lab needs a cluster, such as "main: { port: 5432 }".');
  for (const name of names) {
    const badName = clusterFault(name);
    const badPort = badName ? undefined : clusterFault(name, clusters[name]?.port);
    if (badName) yaml.report('cluster-name', yaml.atKey(here, name), badName);
    if (badPort) yaml.report('cluster-port', yaml.at([...here, name, 'port']), badPort);
  }
  return {
    host,
    image,
    clusters: Object.entries(clusters).map(([name, { port, state = 'running' }]) => ({ name, port, state })),
  };
}

/** As the document has them: a schema leaves out a key called `__proto__`. */
function keysAt(yaml: Yaml, path: string[]): string[] {
  let value: unknown = yaml.data;
  for (const key of path) value = mapping(value)[key];
  return Object.keys(mapping(value));
}

function readTerminals(yaml: Yaml, given: Record<string, Omit<TerminalSpec, 'name'>>): TerminalSpec[] {
  const names = keysAt(yaml, ['terminals']);
  if (!names.length) {
    yaml.report(
      'missing-key',
      yaml.at(['terminals']),
      'A terminal is needed, such as "shell: { user: student }". Without "terminals" there are shell and psql.',
    );
  }
  for (const name of names) {
    if (/^[a-z][a-z0-9_-]{0,31}$/.test(name) && !isTaken(name)) continue;
    const message = `A terminal cannot be called "${name}". Use a short word of lower-case letters, digits, - and _.`;
    yaml.report('terminal-name', yaml.atKey(['terminals'], name), message);
  }
  return Object.entries(given).map(([name, spec]) => ({ name, ...spec }));
}

/** As much of the front matter as can be made out before its variables are known, however faulty it is. */
export function glance(source: string): { header: Header /** Its names can be relied on. */; legible: boolean } {
  const { data, legible } = loosely(source);
  const [host = 'lab', spec] = Object.entries(mapping(mapping(data.lab).hosts))[0] ?? [];
  const clusters = Object.entries(mapping(mapping(spec).clusters)).map(([name, value]) => ({
    name,
    port: Number(mapping(value).port) || 0,
    state: 'running' as const,
  }));
  const terminals = Object.keys(mapping(data.terminals)).map((name) => ({ name, user: 'student' }));
  const majors = typeof data.postgres === 'string' ? majorsIn(data.postgres) : undefined;
  const header: Header = {
    title: '',
    summary: '',
    difficulty: 'beginner',
    minutes: 0,
    tags: [],
    majors: majors?.length ? majors : [...MAJORS],
    after: [],
    // A value of a variable must be on one line.
    lab: { host: hostFault(host) ? 'lab' : host, image: IMAGE, clusters },
    terminals: data.terminals === undefined ? TERMINALS : terminals,
    sources: [],
  };
  return { header, legible: legible && clusters.length > 0 };
}
