import type { Scenario, Step } from '../model/scenario.ts';
import { solutionOf } from '../model/scenario.ts';
import type { Session } from '../session/session.ts';
import { poll } from '../util/poll.ts';
import type { Finding } from './proof.ts';

interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** How long what hears a hang-up may take to end, in milliseconds. */
const PATIENCE = 5000;

/**
 * Processes that the lesson leaves behind: those that outlive its terminals, but for the lab's own clusters. A learner who
 * closes the lesson would not see them, and the next step of another way through it might meet them.
 */
export async function leftOvers(session: Session): Promise<Finding[]> {
  const { lab, scenario } = session;
  await session.hangUp();
  const look = async () => strangers(await processes(), scenario);
  const found = await poll(look, (left) => left.length === 0, { within: PATIENCE });
  return found.map(({ command }) => ({
    status: 'fail',
    rule: 'left-over',
    line: lineOf(command, scenario.steps),
    message: `This process is left behind at the end of the lesson: ${command}`,
    expected: 'none that outlives its terminals, but for the servers of the lab’s clusters',
  }));

  async function processes(): Promise<Process[]> {
    const { stdout } = await lab!.exec(['ps', '-e', '--no-headers', '-ww', '-o', 'pid=,ppid=,args=']);
    return stdout.split('\n').flatMap((line) => {
      const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return command ? [{ pid: Number(pid), parent: Number(parent), command }] : [];
    });
  }
}

/** All but the lab's init, `ps` and how it came in, zombies, and the servers of the clusters with their children. */
function strangers(processes: Process[], { lab, major }: Scenario): Process[] {
  const directories = lab.clusters.map(({ name }) => `/var/lib/postgresql/${major}/${name}`);
  const isServer = ({ command }: Process) =>
    /\/postgres\s/.test(command) && directories.some((directory) => command.split(/[\s=]/).includes(directory));
  const servers = new Set(processes.filter(isServer).map(({ pid }) => pid));
  const ours = new Set([1]);
  for (let own = processes.find(({ command }) => command.startsWith('ps -e ')); own; ) {
    ours.add(own.pid);
    const { parent }: Process = own;
    own = processes.find(({ pid }) => pid === parent && !ours.has(pid));
  }
  return processes.filter(
    ({ pid, parent, command }) =>
      !ours.has(pid) && !servers.has(pid) && !servers.has(parent) && !command.endsWith('<defunct>'),
  );
}

/** Of the block that started it, as far as its words tell. */
function lineOf(command: string, steps: Step[]): number {
  const program = command.split(' ')[0]!.split('/').at(-1)!;
  return steps.flatMap(solutionOf).find(({ text }) => text.includes(program))?.line ?? 1;
}
