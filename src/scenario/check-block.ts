import * as z from 'zod/mini';
import { ASSERTION_KINDS, type Assertion, type AssertionKind, type Check } from '../model/check.ts';
import { KINDS } from './assertions.ts';
import type { Fence } from './fence.ts';
import { nearest, suggest } from './nearest.ts';
import type { Report } from './report.ts';
import { duration, flag, line, text } from './values.ts';
import { type Path, readShape, readYaml, type Yaml } from './yaml.ts';

const DEFAULT_WITHIN = 5000;

/** What a scenario calls things, for its blocks to name. Nothing is known of a list that is empty. */
export interface Names {
  clusters: readonly string[];
  terminals: readonly string[];
}

/** The keys of a check beside its assertion's. */
const COMMON = {
  name: line,
  within: z.optional(duration),
  once: z.optional(flag),
  diagnose: z.optional(z.array(z.strictObject({ when: z.record(z.string(), z.unknown()), say: text }))),
  otherwise: text,
};
type Common = z.output<z.ZodMiniObject<typeof COMMON>>;

const CHECKS = Object.fromEntries(ASSERTION_KINDS.map((kind) => [kind, KINDS[kind].schemaWith(COMMON)])) as Record<
  AssertionKind,
  z.ZodMiniType
>;

/** A faulty check is left out, except for its name: what refers to it is not at fault. */
const UNREADABLE: Assertion = { kind: 'command', command: 'false', user: 'student', exit: 0 };

/** The checks of a `yaml check` fence: one mapping, or a list of them. */
export function readChecks(fence: Fence, names: Names, report: Report): Check[] {
  const yaml = readYaml(fence.text, { line: fence.at.line + 1, indent: fence.indent }, report);
  if (!yaml) return [];
  if (!Array.isArray(yaml.data)) return [readCheck(yaml, [], yaml.data, names)];
  if (!yaml.data.length)
    report('empty-block', fence.at, 'This check block is empty. Write a check, or take the block out.');
  return yaml.data.map((data, index) => readCheck(yaml, [index], data, names));
}

function readCheck(yaml: Yaml, path: Path, data: unknown, names: Names): Check {
  const { line } = yaml.at(path);
  const kind = kindOf(yaml, path, data, [...Object.keys(COMMON), ...ASSERTION_KINDS]);
  const common = kind && (readShape(yaml, path, CHECKS[kind]) as Common | undefined);
  const assertion = common && toAssertion(yaml, path, kind, common, names);
  const stated = isMapping(data) && typeof data.name === 'string' ? data.name : '';
  return {
    name: common?.name ?? stated,
    assertion: assertion ?? UNREADABLE,
    within: common?.within ?? DEFAULT_WITHIN,
    once: common?.once ?? false,
    diagnose: (common?.diagnose ?? []).map(({ when, say }, index) => ({
      when: readAssertion(yaml, [...path, 'diagnose', index, 'when'], when, names) ?? UNREADABLE,
      say,
    })),
    otherwise: common?.otherwise ?? '',
    line,
  };
}

function readAssertion(yaml: Yaml, path: Path, data: unknown, names: Names): Assertion | undefined {
  const kind = kindOf(yaml, path, data, ASSERTION_KINDS);
  const shape = kind && readShape(yaml, path, KINDS[kind].schema);
  return shape === undefined ? undefined : toAssertion(yaml, path, kind!, shape, names);
}

function toAssertion(yaml: Yaml, path: Path, kind: AssertionKind, shape: unknown, names: Names): Assertion {
  checkNames(yaml, path, kind, shape as Record<string, unknown>, names);
  return KINDS[kind].toModel(shape as never, names.clusters[0] ?? '');
}

/** The kind whose key the mapping has; reports where there is none, or more than one. */
function kindOf(yaml: Yaml, path: Path, data: unknown, keys: readonly string[]): AssertionKind | undefined {
  if (!isMapping(data)) {
    yaml.report('invalid-value', yaml.at(path), 'A check must be a mapping, "key: value".');
    return undefined;
  }
  const [kind, second] = ASSERTION_KINDS.filter((name) => Object.hasOwn(data, name));
  if (kind && second) {
    const message = `A check makes one assertion, and here are "${kind}" and "${second}". Make two checks of it.`;
    yaml.report('two-assertions', yaml.atKey(path, second), message);
    return undefined;
  }
  if (kind) return kind;
  const slip = Object.keys(data).find((key) => !keys.includes(key) && nearest(key, ASSERTION_KINDS));
  const message = slip ? `"${slip}" is no kind of assertion.` : 'Nothing is asserted here.';
  const at = slip ? yaml.atKey(path, slip) : yaml.at(path);
  yaml.report('unknown-assertion', at, `${message} ${suggest(slip ?? '', ASSERTION_KINDS)}`);
  return undefined;
}

/** Clusters and terminals that an assertion names must be those of the scenario. */
function checkNames(yaml: Yaml, path: Path, kind: AssertionKind, shape: Record<string, unknown>, names: Names): void {
  const { clusters, terminals } = names;
  const known: Record<string, readonly string[]> = {
    cluster: clusters,
    on: clusters,
    'up-to': clusters,
    in: terminals,
  };
  for (const [key, candidates] of Object.entries(known)) {
    const value = shape[key];
    if (typeof value !== 'string' || !candidates.length) continue;
    const name = kind === 'sql' ? value.split('/')[0]! : value;
    if (candidates.includes(name)) continue;
    const what = key === 'in' ? 'terminal' : 'cluster';
    yaml.report(
      `unknown-${what}`,
      yaml.at([...path, key]),
      `There is no ${what} "${name}". ${suggest(name, candidates)}`,
    );
  }
  if ((kind === 'sql' || kind === 'slot') && shape.on === undefined && clusters.length > 1) {
    const message = `"on" is missing here, and the lab has several clusters. Name one: ${clusters.join(', ')}.`;
    yaml.report('missing-key', yaml.atKey(path, kind), message);
  }
}

const isMapping = (data: unknown): data is Record<string, unknown> =>
  typeof data === 'object' && data !== null && !Array.isArray(data);
