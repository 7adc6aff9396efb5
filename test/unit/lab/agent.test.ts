import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { Agent } from '../../../src/lab/agent/agent.ts';
import { CommandStream } from '../../../src/lab/agent/command-stream.ts';
import { frameOf } from '../../../src/lab/agent/frames.ts';
import { leftOut } from '../../leave-out.ts';

const agents: Agent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close();
});

/** An agent that is started by each of these in turn, then by the last of them. */
function agentOf(...ways: ((argv: string[]) => string[])[]) {
  let opened = 0;
  const agent = new Agent(async (argv) => {
    const way = ways[Math.min(opened++, ways.length - 1)]!;
    const [program, ...rest] = way(argv);
    const child = spawn(program!, rest, { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.on('error', () => {});
    return Duplex.from({ readable: child.stdout, writable: child.stdin });
  });
  agents.push(agent);
  return agent;
}

const itself = (argv: string[]) => argv;
/** In place of an agent: says this once it has heard something, and stays. */
const saying = (bytes: Buffer) => () => [
  'bash',
  '-c',
  'read -rN 1; printf %s "$1" | base64 -d; exec cat >/dev/null',
  'bash',
  bytes.toString('base64'),
];
/** The agent commands belong to root, unless this is an ordinary user. */
const asMyself = { user: process.getuid?.() === 0 ? 'root' : (process.env.USER ?? ''), cwd: '/' };

describe('what a lab writes into the channel of its agent', () => {
  test.each<[string, Buffer]>([
    ['text', Buffer.from('y\ny\ny\ny\ny\ny\n')],
    ['a frame of 4 GB', Buffer.concat([Buffer.from([0, 0, 0, 1, 0x6f, 0xff, 0xff, 0xff, 0xff]), Buffer.alloc(100)])],
    ['a frame of a kind that there is not', frameOf(1, 'z', 'x')],
    ['a frame to the agent', frameOf(1, 's', 'root')],
    ['output of a command that there is not', frameOf(7, 'o', 'x')],
    ['the end of a command that there is not', Buffer.concat([frameOf(1, 'o', 'x'), frameOf(7, 'x', '0')])],
    ['an end that is no number', frameOf(1, 'x', '1e3')],
    ['bytes of all kinds', Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 251))],
  ])('%s ends it, and says so; the next command has another', async (_, bytes) => {
    const agent = agentOf(saying(bytes), saying(Buffer.concat([frameOf(1, 'o', 'hi'), frameOf(1, 'x', '3')])));
    await expect(agent.exec(['true'])).rejects.toMatchObject({
      name: 'UserError',
      code: 'agent-lost',
      message: expect.stringMatching(/has written into what runs commands/),
    });
    expect(await agent.exec(['true'])).toEqual({ exitCode: 3, stdout: 'hi', stderr: '' });
  });

  test('without an end is not kept', async () => {
    const before = process.memoryUsage().rss;
    await expect(agentOf(() => ['yes']).exec(['true'])).rejects.toMatchObject({ code: 'agent-lost' });
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  test('in pieces of any size is read as it was said', async () => {
    const said = Buffer.concat([frameOf(1, 'o', 'o'.repeat(3000)), frameOf(1, 'e', ''), frameOf(1, 'x', '0')]);
    const bytewise = [
      'perl',
      '-e',
      '$| = 1; sysread STDIN, $_, 1; syswrite STDOUT, $_ for split //, pack "H*", shift; sleep 9',
    ];
    const agent = agentOf(() => [...bytewise, said.toString('hex')]);
    expect((await agent.exec(['true'])).stdout).toHaveLength(3000);
  });
});

const whyNot = asMyself.user === '' ? 'this user has no name' : undefined;
describe.skipIf(whyNot)(`a command that cannot be started${leftOut(whyNot)}`, () => {
  const without = (name: string) => (argv: string[]) => [
    'perl',
    '-e',
    `BEGIN { *CORE::GLOBAL::${name} = sub { $! = 11; undef } }\n${argv[2]}`,
  ];

  test('for want of a process is refused, and takes nobody’s place', async () => {
    const agent = agentOf(without('fork'), itself);
    for (let i = 0; i < 2; i++)
      await expect(agent.exec(['echo', 'I am the agent'], asMyself)).rejects.toMatchObject({
        code: 'exec-failed',
        message: expect.stringMatching(/^Could not start echo as \S+: no other process can be started in the lab: /),
      });
  });

  test('in a directory that is not there is an error of whoever wants it, and no exit status', async () => {
    const wanted = agentOf(itself).exec(['true'], { ...asMyself, cwd: '/nosuch' });
    await expect(wanted).rejects.toMatchObject({ code: 'exec-failed', message: /\/nosuch: No such file or directory/ });
  });

  test('as a user that is not there, likewise', async () => {
    const wanted = agentOf(itself).exec(['true'], { user: 'nosuchuser' });
    await expect(wanted).rejects.toMatchObject({ code: 'exec-failed', message: /There is no user nosuchuser/ });
  });

  test('because there is none of that name ends with 127', async () => {
    expect(await agentOf(itself).exec(['no-such-command'], asMyself)).toMatchObject({ exitCode: 127 });
  });
});

describe.skipIf(whyNot)(`a command that prints without an end${leftOut(whyNot)}`, () => {
  test('is killed', async () => {
    const agent = agentOf(itself);
    await expect(agent.exec(['yes'], asMyself)).rejects.toMatchObject({
      code: 'exec-flood',
      message: 'yes printed more than 16 MB and was killed.',
    });
    expect((await agent.exec(['echo', 'still here'], asMyself)).stdout).toBe('still here\n');
  });

  test('is cut off where nobody reads it', async () => {
    const stream = await CommandStream.to(agentOf(itself), ['head', '-c', '80000000', '/dev/zero'], asMyself);
    const failed = new Promise((resolve) => stream.on('error', resolve));
    expect(await failed).toMatchObject({ code: 'connect-failed', message: /64 MB/ });
  });
});
