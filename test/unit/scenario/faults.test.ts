import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/scenario/parse.ts';
import { good } from './good.ts';

/** Parses the good document with one place changed; `‸` in the change is where the fault must be reported. */
function faultsAfter(from: string, to: string) {
  expect(good.split(from).length, `"${from}" is in the document once`).toBe(2);
  const marked = good.replace(from, () => to);
  const before = marked.slice(0, marked.indexOf('‸')).split('\n');
  const { scenario, diagnostics } = parseScenario(marked.replace('‸', ''), { file: 'a.md', id: 'a' });
  expect(scenario === null).toBe(diagnostics.length > 0);
  return {
    found: diagnostics.map((d) => `${d.file}:${d.line}:${d.column} ${d.rule}`),
    place: `a.md:${before.length}:${before.at(-1)!.length + 1}`,
    messages: diagnostics.map((d) => d.message),
  };
}

type Fault = [what: string, from: string, to: string, rule: string, message?: string];

const FAULTS: Fault[] = [
  // Front matter
  [
    'a missing title',
    'format: 1\ntitle: Every feature of the format',
    '‸format: 1',
    'missing-key',
    '"title" is missing',
  ],
  ['an unknown setting', 'minutes: 25', 'minutes: 25\n‸levle: 3', 'unknown-key', 'Nothing here is called "levle"'],
  ['a slip in a setting', 'summary:', '‸sumary:', 'unknown-key', 'Did you mean "summary"?'],
  ['a slip in a value', 'difficulty: advanced', 'difficulty: ‸advancd', 'invalid-value', 'Did you mean "advanced"?'],
  ['minutes that are no number', 'minutes: 25', 'minutes: ‸soon', 'invalid-value', 'must be a whole number'],
  ['a list that is none', 'tags: [pg_basebackup, wal]', 'tags: ‸wal', 'invalid-value', '"tags" must be a list'],
  ['another format', 'format: 1', 'format: ‸2', 'unknown-format', 'Update the program'],
  ['no range', '">=13 <18"', '‸thirteen', 'invalid-value', 'is no range of PostgreSQL majors'],
  ['an empty range', '">=13 <18"', '‸">99"', 'invalid-value', 'holds no supported major'],
  ['a second host', 'terminals:\n', '    ‸db2: { clusters: { other: { port: 1 } } }\nterminals:\n', 'several-hosts'],
  ['a cluster called like a variable', 'terminals:\n', '        ‸lab: { port: 6000 }\nterminals:\n', 'cluster-name'],
  ['a port of another cluster', '5433', '‸5432', 'cluster-port', 'listens on 5433'],
  [
    'a cluster that is not made',
    'terminals:\n',
    '        ‸third: { port: 5434 }\nterminals:\n',
    'cluster-name',
    'main on',
  ],
  ['an image that is not made', 'image: postgres', 'image: ‸custom', 'unknown-image', 'postgres'],
  ['a host that cannot be called so', '    db1:', '    ‸DB 1:', 'host-name', 'digits and "-"'],
  [
    'a terminal that every object has',
    'terminals:\n',
    'terminals:\n  ‸__proto__: { user: student }\n',
    'terminal-name',
  ],
  ['a user that cannot be called so', '{ user: postgres }', '{ user: ‸"a b" }', 'invalid-value', 'name of a user'],
  ['a title of several lines', 'title: Every feature of the format', 'title: ‸"a\\nb"', 'invalid-value', 'one line'],
  [
    'a control character',
    'Run it in {{main.data}}:',
    'Run it {{main.data}} ‸\u001b[2J',
    'control-character',
    '\\u{1b}',
  ],
  ['a turned direction', 'Run it in {{main.data}}:', 'Run ‸\u202eit', 'control-character', '\\u{202e}'],
  [
    'a control character in escapes',
    'name: The replica is',
    'name: ‸"\\e[2J The replica" #',
    'control-character',
    '\\u{1b}',
  ],
  ['a line without end', 'Run it in {{main.data}}:', `${'a'.repeat(10_000)}‸a`, 'long-line', 'Break it'],
  ['twenty thousand quotes', 'Run it in {{main.data}}:', `‸${'>'.repeat(9000)}`, 'deep-nesting', 'too deep'],
  ['a step that every object has', '## Ask', '‸## constructor\n\n## Ask', 'reserved-name'],
  ['an unknown state', 'state: stopped', 'state: ‸stoped', 'invalid-value', 'Did you mean "stopped"?'],
  ['an address that is none', '"https://www.postgresql.org', '‸"www.postgresql.org', 'invalid-value', 'address'],
  ['a tab in the front matter', '  psql: { user', '‸\tpsql: { user', 'yaml', 'A tab cannot indent YAML'],
  ['a colon in a plain value', 'title: Every feature', 'title: ‸Every: feature', 'yaml', 'in quotes'],
  // Variables
  [
    'an unknown variable',
    'Run it in {{main.data}}:',
    'Run it in ‸{{main.dat}}:',
    'unknown-variable',
    'Did you mean "main.data"?',
  ],
  [
    'an unknown variable behind others on its line',
    'Run it in {{main.data}}:',
    'In {{main.data}} and {{ pg.major }} is ‸{{mian.data}}.',
    'unknown-variable',
  ],
  [
    'an unknown variable in the front matter',
    '{{main.port}} -d postgres"',
    '‸{{main.prt}} -d postgres"',
    'unknown-variable',
  ],
  // Fences
  [
    'a slip in a role',
    '```yaml check\nname: Three',
    '```yaml ‸chekc\nname: Three',
    'unknown-role',
    'Did you mean "check"?',
  ],
  ['a word that is no role', '```conf', '```conf ‸{1,2}', 'unknown-role', 'Known here: run, solution'],
  ['another shell', '```sh run id', '```‸bash run id', 'unknown-language', 'Write "sh run"'],
  ['a slip in an attribute', 'id=backup timeout=90s', 'id=backup ‸timeuot=90s', 'unknown-attribute', '"timeout"'],
  ['an attribute of another role', '```text output', '```text output ‸exit=1', 'unknown-attribute', 'It takes none'],
  ['an attribute twice', 'timeout=90s', 'timeout=90s ‸timeout=9s', 'bad-attribute', 'twice'],
  ['an open quote', 'trips="The backup is whole"', '‸trips="The', 'bad-attribute', 'not closed'],
  ['a value on a flag', 'exit=42P01 optional', 'exit=42P01 ‸optional=yes', 'bad-attribute', 'takes no value'],
  ['an attribute without its value', 'timeout=90s', '‸timeout', 'bad-attribute', 'needs a value'],
  ['no duration', 'timeout=90s', '‸timeout=90', 'bad-attribute', 'such as 500ms'],
  ['an SQLSTATE for a shell', 'replaces=backup exit=1', 'replaces=backup ‸exit=42P01', 'bad-attribute', '0 to 255'],
  ['an exit status for sql', 'exit=42P01', '‸exit=1', 'bad-attribute', 'SQLSTATE'],
  [
    'an unknown terminal',
    'interrupt in=postgres',
    'interrupt ‸in=postgre',
    'unknown-terminal',
    'Did you mean "postgres"?',
  ],
  [
    'a wrong block that trips nothing',
    "```sh wrong trips='The replica is a standby'",
    '‸```sh wrong',
    'missing-attribute',
  ],
  [
    'an empty command',
    '```sh run id=backup timeout=90s\n',
    '‸```sh run\n```\n\n```sh run id=backup timeout=90s\n',
    'empty-block',
  ],
  ['output without a command', '## Ask the server', '## Ask the server\n\n‸```text output\nx\n```', 'orphan-output'],
  [
    'a second output',
    'SELECT * FROM missing;\n```',
    'SELECT 1;\n```\n\n```text output\n1\n```\n\n‸```text output\n1\n```',
    'orphan-output',
  ],
  ['a role in a list', '   ```sh\n   echo', '   ‸```sh run\n   echo', 'misplaced-fence'],
  ['a role in a hint', '```sh\ndu -sh', '‸```sh run\ndu -sh', 'misplaced-fence'],
  ['a check before the first step', '```sh setup timeout=2m\nmkdir', '‸```sh run\nmkdir', 'outside-step'],
  // Markdown
  ['a step twice', '## Ask the server', '‸## Take a base backup', 'duplicate-step', 'on line 39'],
  ['an underlined heading', 'Run it in {{main.data}}:', '‸Run it\n---', 'underlined-heading'],
  ['a title late', '### A smaller heading', '‸# A bigger heading', 'heading-order'],
  ['a heading without words', '## Wrap-up', '‸## !', 'empty-heading'],
  [
    'a hint that does not end',
    '## Wrap-up\n',
    '## Wrap-up\n\n‸<details><summary>A</summary>\n\nb\n',
    'unterminated-hint',
  ],
  // Checks
  ['YAML that is none', 'cluster: replica\n  is', 'cluster: replica\n‸ is', 'yaml'],
  ['a tab in a check', 'sql: SELECT count(*) FROM t', 'sql:\n‸\tSELECT 1', 'yaml', 'A tab cannot indent YAML'],
  ['a key twice', 'on: main/shop', 'on: main/shop\n‸on: main', 'yaml', 'twice'],
  ['an unquoted !', '"!primary"', '‸!primary', 'yaml', 'must be in quotes'],
  ['an alias', 'otherwise: It is not.', 'otherwise: ‸*one', 'yaml'],
  ['a slip in a key', 'on: main/shop', 'on: main/shop\n‸wihtin: 3s', 'unknown-key', 'Did you mean "within"?'],
  [
    'a slip in a needed key',
    'otherwise: There are',
    '‸otherwize: There are',
    'unknown-key',
    'Did you mean "otherwise"?',
  ],
  [
    'no message for a failure',
    '- name: The replica',
    '- ‸name: Silent\n  ran: x\n- name: The replica',
    'missing-key',
    '"otherwise" is missing',
  ],
  [
    'no kind of assertion',
    '- name: The replica',
    '- ‸name: Empty\n  otherwise: x\n- name: The replica',
    'unknown-assertion',
    'Nothing is asserted',
  ],
  ['a slip in a kind', 'sql: SELECT count', '‸sq: SELECT count', 'unknown-assertion', 'Did you mean "sql"?'],
  ['two assertions', 'on: main/shop', 'on: main/shop\n‸file: /etc', 'two-assertions', '"sql" and "file"'],
  [
    'no expectation',
    'sql: SELECT count(*) FROM t\non: main/shop\nequals: 3',
    'sql: ‸SELECT 1\non: main',
    'invalid-value',
    'exactly one of',
  ],
  ['two expectations', 'sql: SELECT count(*) FROM t', 'sql: ‸SELECT 1\nmatches: x', 'invalid-value', 'exactly one of'],
  ['an unknown cluster', 'on: main/shop', 'on: ‸mian/shop', 'unknown-cluster', 'Did you mean "main"?'],
  ['an unknown cluster behind a list', 'cluster: replica\n', 'cluster: ‸replic\n', 'unknown-cluster'],
  [
    'no cluster where there are two',
    'sql: SELECT count(*) FROM t\non: main/shop',
    '‸sql: SELECT 1',
    'missing-key',
    'main, replica',
  ],
  ['an unknown terminal in a check', 'in: shell,', 'in: ‸shel,', 'unknown-terminal'],
  ['an invalid regex', "'pg_basebackup\\b'", "‸'pg_base('", 'invalid-regex', 'Unterminated group'],
  [
    'a negated regex where that means nothing',
    "'^(replica|logical)$'",
    "‸'!replica'",
    'invalid-value',
    'cannot be negated',
  ],
  ['a mode that is none', 'mode: 0700', 'mode: ‸rwx', 'invalid-value', 'octal'],
  ['a segment that is none', 'from: 000000010000000000000001', 'from: ‸1', 'invalid-value', 'WAL segment'],
  ['a duration without end', 'timeout=90s', '‸timeout=99999m', 'bad-attribute', 'at most 60m'],
  ['an endless duration', 'within: 10s', `within: ‸${'9'.repeat(400)}m`, 'invalid-value', 'at most 60m'],
  ['no duration in a check', 'within: 10s', 'within: ‸10', 'invalid-value', 'such as 500ms'],
  [
    'a slip in a diagnosis',
    'user: student }\n      say',
    '‸usr: student }\n      say',
    'unknown-key',
    'Did you mean "user"?',
  ],
  ['no kind in a diagnosis', 'when: { process: "pg_basebackup.*-D", user', 'when: ‸{ user', 'unknown-assertion'],
  [
    'a check that is text',
    'name: Three rows\nsql: SELECT count(*) FROM t\non: main/shop\nequals: 3\notherwise: There are {{actual}}.',
    '‸hello',
    'invalid-value',
    'must be a mapping',
  ],
  [
    'a column behind a variable on the line',
    'file: "{{main.data}}", owner: "!student", mode: 0700',
    'file: "{{main.data}}", owner: "!student", mode: ‸0799',
    'invalid-value',
  ],
  // Questions
  ['an answer that is no choice', 'answer: 16 MB', 'answer: ‸16MB', 'invalid-value', 'letter for letter'],
  [
    'a question without an explanation',
    'ask: How many?\nanswer: { number: 3 }\nexplain: Three.',
    '‸ask: How many?\nanswer: { number: 3 }',
    'missing-key',
  ],
  ['too few words for wrong choices', 'answer: 16 MB', 'why: ‸[]\nanswer: 16 MB', 'invalid-value', 'each wrong choice'],
  ['a number that is none', 'answer: { number: 3 }', 'answer: { number: ‸three }', 'invalid-value', 'must be a number'],
  [
    'an example that the pattern does not take',
    'example: "{{replica.port}}" }',
    'example: ‸twelve }',
    'invalid-value',
    'does not take this example',
  ],
  ['neither text nor number nor pattern', 'answer: { number: 3 }', 'answer: ‸[3]', 'invalid-value', '{ pattern:'],
];

describe('each fault is reported once, in its place', () => {
  test.each(FAULTS)('%s', (_, from, to, rule, message = '') => {
    const { found, place, messages } = faultsAfter(from, to);
    expect(found).toEqual([`${place} ${rule}`]);
    expect(messages[0]).toContain(message);
  });
});

test('the good document has no fault', () => {
  expect(parseScenario(good, { file: 'a.md', id: 'a' }).diagnostics).toEqual([]);
});
