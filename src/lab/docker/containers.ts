import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type Docker from 'dockerode';
import type { Major } from '../../model/topology.ts';
import { dataDirectory } from '../../util/paths.ts';
import { ownerIsAlive, ownerOf } from '../ids.ts';
import type { LabLabels, LabRecord } from '../lab.ts';
import { initCommand } from './boot.ts';
import { ask, isConflict, isMissing } from './errors.ts';

/** Pids mean nothing on another machine that shares the engine, so each touches its own labs only. */
function thisMachine(): string {
  try {
    const id = readFileSync('/etc/machine-id', 'utf8').trim();
    if (id) return id;
  } catch {}
  return hostname();
}
export const MACHINE = thisMachine();

/** Whose a lab is: an engine may serve several users of a machine, and each of them several data directories. */
export const whose = (): string =>
  createHash('sha256').update([MACHINE, process.geteuid?.(), dataDirectory()].join('\0')).digest('hex').slice(0, 16);

/** What the label `waldojo.…` of a lab's objects says. */
export interface Labelled extends LabLabels {
  id: string;
  major: Major;
  /** The host name that the lab shows. */
  host: string;
}

const labelsOf = ({ id, major, host, scenario, keep }: Labelled): Record<string, string> => ({
  'waldojo.lab': id,
  'waldojo.scenario': scenario,
  'waldojo.keep': String(keep),
  'waldojo.major': String(major),
  'waldojo.host': host,
  'waldojo.created': new Date().toISOString(),
  'waldojo.owner': ownerOf(),
  'waldojo.machine': MACHINE,
  'waldojo.whose': whose(),
});

// Labels cannot be changed, but a lab that is resumed changes hands. So the owner's last word is the container's name.
let containers = 0;
export const newName = (id: string): string => `waldojo-${id}.${ownerOf().replace(':', '.')}.${++containers}`;
const ownerIn = (name: string): string => name.split('.').slice(-3, -1).join(':');

export interface ContainerSpec extends Labelled {
  image: string;
  /** Clusters to start when it boots for the first time. */
  start: string[];
}

export function createContainer(
  docker: Docker,
  spec: ContainerSpec,
  confinement: Docker.HostConfig,
): Promise<Docker.Container> {
  const container = docker.createContainer({
    name: newName(spec.id),
    Image: spec.image,
    Hostname: spec.host,
    Cmd: initCommand(spec.start),
    // Nobody writes to it: the init reads it to wait.
    OpenStdin: true,
    Labels: labelsOf(spec),
    // sudo looks its own host up.
    HostConfig: { ...confinement, ExtraHosts: [`${spec.host}:127.0.0.1`] },
  });
  return ask('create the lab', container);
}

/** A container of a lab, as the engine lists it. */
export interface Listed extends LabRecord, Labelled {
  major: Major;
  container: Docker.Container;
  owner: string;
  machine: string;
}

interface ListOptions {
  id?: string;
  /** Look how much each holds on disk. */
  size?: boolean;
}

/** The labs' containers, newest first. A restore that was cut short may leave a lab two; the newer one counts. */
export async function listContainers(docker: Docker, { id, size = false }: ListOptions = {}): Promise<Listed[]> {
  const label = id ? [`waldojo.lab=${id}`] : ['waldojo.lab'];
  const found = await ask('list the labs', docker.listContainers({ all: true, size, filters: { label } }));
  return found.map((info) => recordOf(docker, info)).sort((a, b) => Number(b.created) - Number(a.created));
}

function recordOf(docker: Docker, { Id, Names, Labels: given, State, ...info }: Docker.ContainerInfo): Listed {
  const owner = ownerIn(Names?.[0] ?? '');
  const Labels = given ?? {};
  return {
    container: docker.getContainer(Id),
    owner,
    machine: Labels['waldojo.machine'] ?? '',
    id: Labels['waldojo.lab'] ?? '',
    host: Labels['waldojo.host'] ?? '',
    runtime: 'docker',
    major: Number(Labels['waldojo.major']) as Major,
    scenario: Labels['waldojo.scenario'] ?? '',
    keep: Labels['waldojo.keep'] === 'true',
    created: new Date(Labels['waldojo.created'] ?? 0),
    running: State === 'running' || State === 'paused',
    mine: Labels['waldojo.whose'] === whose(),
    owned: Labels['waldojo.machine'] !== MACHINE || ownerIsAlive(owner),
    bytes: (info as { SizeRw?: number }).SizeRw,
  };
}

/** Ends the processes at once: PostgreSQL's `postmaster.pid` then stays, and tells the next boot what ran. */
export async function killContainer(container: Docker.Container): Promise<void> {
  try {
    await container.kill();
    await container.wait();
  } catch (error) {
    if (!isMissing(error) && !isConflict(error) && !/not running/.test(String(error))) throw error;
  }
}

export async function removeContainer(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (isMissing(error)) return;
    // Somebody else is removing it already: gone is gone, but only once it is.
    if (isConflict(error)) await container.wait({ condition: 'removed' }).catch(() => {});
    else throw error;
  }
}
