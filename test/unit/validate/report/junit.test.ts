import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import type { Finding, Run } from '../../../../src/validate/proof.ts';
import { junitReporter } from '../../../../src/validate/report/junit.ts';
import { aCase, aProof, aRun, aStep, drifted, engineGone, notReached, report, rewritten, versions } from './proofs.ts';

interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: Element[];
}

/** By a parser that takes nothing but well-formed XML 1.0. */
function parse(xml: string): Element {
  const root: Element = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '', children: [] };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    open.at(-1)!.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(xml).close();
  return root.children[0]!;
}

const xml = (run: Run) => report((output) => junitReporter(output, process.cwd()), run);
const document = async (run: Run) => parse(await xml(run));
const all = (element: Element, name: string): Element[] => [
  ...(element.name === name ? [element] : []),
  ...element.children.flatMap((child) => all(child, name)),
];
const failing = (findings: Finding[]) => aRun([aProof({ steps: [aStep({ findings })], versions, kept: 'lab-1' })]);

describe('JUnit XML', () => {
  it('has a suite for each case and a test for each step', async () => {
    const root = await document(
      aRun([aProof({ steps: [aStep(), aStep({ id: 'eat', title: 'Eat it', line: 33 })], versions })]),
    );
    expect(root).toMatchObject({ name: 'testsuites', attributes: { tests: '2', failures: '0', time: '8.000' } });
    const [suite] = all(root, 'testsuite');
    expect(suite!.attributes).toEqual({
      name: 'bakery, PostgreSQL 17, docker',
      tests: '2',
      failures: '0',
      errors: '0',
      skipped: '0',
      time: '4.321',
      file: 'scenarios/bakery/scenario.md',
    });
    expect(all(suite!, 'testcase').map(({ attributes }) => attributes)).toEqual([
      {
        classname: 'bakery.pg17-docker',
        name: 'Bake bread',
        time: '1.234',
        file: 'scenarios/bakery/scenario.md',
        line: '20',
      },
      expect.objectContaining({ name: 'Eat it', line: '33' }),
    ]);
    expect(all(suite!, 'property').map(({ attributes }) => attributes)).toContainEqual({
      name: 'postgres',
      value: '17.5 (Debian 17.5-1)',
    });
  });

  it('makes one failure of all that is wrong in a step, with everything a person needs', async () => {
    const [failure, ...others] = all(await document(failing([rewritten, engineGone, notReached, drifted])), 'failure');
    expect(others).toEqual([]);
    expect(failure!.attributes).toEqual({ type: 'not-reached', message: `${notReached.message} (and 2 more)` });
    for (const part of [
      'scenario.md:42',
      'expected: 3\ngot:      2',
      '│ INSERT 0 1',
      'echo 1\n',
      'checkpoint 18',
      'scenario.md:51',
      '-(3 rows)\n+(2 rows)',
      'The engine does not answer',
      'This output is going to be rewritten.',
      'PostgreSQL 17.5',
      'waldojo labs enter lab-1',
    ])
      expect(failure!.text).toContain(part);
  });

  it('makes an error of what could not be told, and neither of a note', async () => {
    const broken = await document(failing([engineGone]));
    expect(all(broken, 'error')[0]!.attributes).toEqual({ type: 'lab', message: engineGone.message });
    expect(all(broken, 'failure')).toEqual([]);
    const noted = await document(failing([rewritten]));
    expect(noted.attributes).toMatchObject({ tests: '1', failures: '0', errors: '0' });
    expect(all(noted, 'system-out')[0]!.text).toContain('scenario.md:60  This output is going to be rewritten.');
  });

  it('counts, and skips what was not reached or not run', async () => {
    const root = await document(
      aRun(
        [
          aProof({ steps: [aStep(), aStep({ findings: [notReached] })], findings: [engineGone] }),
          aProof({ case: aCase({ major: 15 }), interrupted: true }),
        ],
        { interrupted: true, notRun: [aCase({ major: 13 })] },
      ),
    );
    expect(root.attributes).toMatchObject({ tests: '6', failures: '1', errors: '1' });
    expect(
      all(root, 'testsuite').map(({ attributes: { tests, failures, errors, skipped } }) =>
        [tests, failures, errors, skipped].join(),
      ),
    ).toEqual(['3,1,1,0', '2,0,0,1', '1,0,0,1']);
    expect(all(root, 'skipped').map(({ attributes }) => attributes.message)).toEqual([
      'Interrupted before it was reached.',
      'Not run.',
    ]);
  });

  it('names no two tests alike, since GitLab takes one for the other', async () => {
    const twice = aProof({ steps: [aStep(), aStep({ id: 'bake-2' })], findings: [engineGone], interrupted: true });
    const root = await document(aRun([twice, aProof({ case: aCase({ major: 13 }) })]));
    const names = all(root, 'testcase').map(({ attributes: { classname, name } }) => `${classname} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has an empty document for an empty run', async () => {
    expect(await document(aRun([]))).toMatchObject({ attributes: { tests: '0' }, children: [] });
  });

  const HOSTILE = [
    '<b>&amp;]]></b><![CDATA[x]]><!-- -- -->',
    '\x00\x01\x08\x0b\x0c\x0e\x1f\x7f\x80\x85\x9f',
    '\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07 \x1b[',
    'lone \ud800 and \udc00, \udc00\ud800 turned',
    '\ufffe\uffff\ufeff\u2028',
    '🥖👨‍👩‍👧 \u{10ffff}',
    'a\r\nb\rc\n\n"\'`=',
  ];
  const everywhere = (text: string): Run =>
    aRun([
      aProof({
        case: aCase({ scenario: text, file: text }),
        steps: [
          aStep({
            title: text,
            findings: [
              {
                ...notReached,
                message: text,
                expected: text,
                actual: text,
                evidence: { block: text, output: text, screen: text, logs: { [text]: text } },
              },
              { ...drifted, diff: text },
            ],
          }),
          aStep({ id: text, findings: [{ ...rewritten, message: text }] }),
        ],
        findings: [{ ...engineGone, message: text }],
        versions: { ...versions, postgres: text },
        kept: text,
      }),
    ]);

  it.each(HOSTILE)('is well formed with %j in every place', async (text) => {
    const root = await document(everywhere(text));
    expect(root.attributes).toMatchObject({ tests: '3', failures: '1', errors: '1' });
  });

  it('is well formed with anything at random', async () => {
    // A generator with a seed, so that what fails fails again.
    let seed = 20260101;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return Math.floor((seed / 0x80000000) * below);
    };
    const unit = [
      () => random(0x20),
      () => random(0x100),
      () => 0xd800 + random(0x800),
      () => 0xfff0 + random(16),
      () => ['<', '&', '>', ']', '"', '\x1b', '[', '-', '!', '?', '%', '\n'][random(12)]!.charCodeAt(0),
      () => random(0x10000),
    ];
    for (let i = 0; i < 500; i++) {
      const text = String.fromCharCode(...Array.from({ length: 1 + random(40) }, () => unit[random(unit.length)]!()));
      const written = await xml(everywhere(text));
      expect(() => parse(written), JSON.stringify(text)).not.toThrow();
      // As a file it goes through UTF-8, where a lone surrogate would become something else.
      expect(Buffer.from(written).toString()).toBe(written);
    }
  });
});
