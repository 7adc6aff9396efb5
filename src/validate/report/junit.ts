import type { Case, Finding, Proof, Reporter, Run, Versions } from '../proof.ts';
import type { Output } from './output.ts';
import { circumstances, pathFrom, plainFindings, worst } from './plain.ts';
import { element, xmlText } from './xml.ts';

/** Rows of each kind of evidence: more than on a screen, since nobody can scroll back here. */
const ROWS = 100;

/**
 * JUnit XML, a suite for each case and a test for each of its steps, with the elements of Jenkins' schema (xunit-plugin,
 * junit-10.xsd) and, beyond it, `file` and `line` of a test, which GitLab and the reporters for GitHub make links of.
 */
export function junitReporter(output: Output, root: string): Reporter {
  return {
    end(run) {
      output.write(`<?xml version="1.0" encoding="UTF-8"?>\n${documentOf(run, root)}\n`);
    },
  };
}

type Result = 'failure' | 'error' | 'skipped';

interface Test {
  name: string;
  line: number;
  milliseconds: number;
  /** Absent where it passed. */
  result?: { kind: Result; type?: string; message: string; text?: string };
  /** Notes on one that passed. */
  output?: string;
}

/** What a case comes to. */
interface Suite {
  case: Case;
  tests: Test[];
  milliseconds: number;
  versions?: Versions | undefined;
}

function documentOf({ proofs, notRun, milliseconds }: Run, root: string): string {
  const suites: Suite[] = [
    ...proofs.map((proof) => ({ ...proof, tests: testsOf(proof, pathFrom(root, proof.case)) })),
    ...notRun.map((testCase) => ({ case: testCase, milliseconds: 0, tests: [skipped('Not run.')] })),
  ];
  const { tests, failures, errors } = countsOf(suites.flatMap((suite) => suite.tests));
  return element(
    'testsuites',
    { name: 'waldojo test', tests, failures, errors, time: seconds(milliseconds) },
    ...suites.map((suite) => `\n${suiteOf(suite, pathFrom(root, suite.case))}`),
    '\n',
  );
}

function suiteOf({ case: testCase, versions, milliseconds, tests }: Suite, file: string): string {
  const { scenario, major, runtime } = testCase;
  const properties = Object.entries({ scenario, major, runtime, ...versions });
  return element(
    'testsuite',
    { name: `${scenario}, PostgreSQL ${major}, ${runtime}`, ...countsOf(tests), time: seconds(milliseconds), file },
    `\n${element('properties', {}, ...properties.map(([name, value]) => element('property', { name, value })))}`,
    ...tests.map((test) => `\n${testOf(test, testCase, file)}`),
    '\n',
  );
}

/**
 * GitLab tells tests apart by class and name only, so the class holds major and runtime; Jenkins takes what is before the
 * dot for a package.
 */
function testOf({ name, line, milliseconds, result, output }: Test, { scenario, major, runtime }: Case, file: string) {
  const children: string[] = [];
  if (result) {
    const { kind, text, ...attributes } = result;
    children.push(element(kind, attributes, ...(text ? [xmlText(text)] : [])));
  }
  if (output) children.push(element('system-out', {}, xmlText(output)));
  const classname = `${scenario}.pg${major}-${runtime}`;
  return element('testcase', { classname, name, time: seconds(milliseconds), file, line }, ...children);
}

function testsOf(proof: Proof, file: string): Test[] {
  const title = ({ id, title: text }: Proof['steps'][number]) =>
    proof.steps.some((other) => other.id !== id && other.title === text) ? `${text} (${id})` : text;
  const steps = proof.steps.map((step) => test(proof, file, title(step), step.line, step.milliseconds, step.findings));
  const whole = proof.findings.length > 0 ? [test(proof, file, WHOLE, proof.findings[0]!.line, 0, proof.findings)] : [];
  const why = proof.interrupted ? 'Interrupted before it was reached.' : 'Not reached: it stands on what failed.';
  const rest = proof.interrupted || proof.unreached ? [skipped(why, 'The rest of the lesson')] : [];
  return [...steps, ...whole, ...rest];
}

const WHOLE = 'The lesson as a whole';

const skipped = (message: string, name = WHOLE): Test => ({
  name,
  line: 1,
  milliseconds: 0,
  result: { kind: 'skipped', message },
});

/** All findings make one result, as most readers take only the first of a test. */
function test(proof: Proof, file: string, name: string, line: number, milliseconds: number, findings: Finding[]): Test {
  const told = plainFindings(file, findings, ROWS);
  const status = worst(findings);
  if (!status) return { name, line, milliseconds, ...(told ? { output: told } : {}) };
  const faults = findings.filter((finding) => finding.status !== 'note');
  const { message, rule } = faults.find((finding) => finding.status === status)!;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return {
    name,
    line,
    milliseconds,
    result: {
      kind: status === 'fail' ? 'failure' : 'error',
      type: rule,
      message: `${message}${more}`,
      text: [told, ...circumstances(proof)].join('\n\n'),
    },
  };
}

function countsOf(tests: Test[]) {
  const count = (kind: Result) => tests.filter(({ result }) => result?.kind === kind).length;
  return { tests: tests.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') };
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);
