import { suggest } from './nearest.ts';

/** What a lab image holds; `lab-images/postgres/setup.sh` makes it. Nothing else can be asked for until it is made. */
export const IMAGE = 'postgres';
const CLUSTERS: ReadonlyMap<string, number> = new Map([
  ['main', 5432],
  ['replica', 5433],
]);

/** Why a lab cannot have this; undefined where it can. */
export const imageFault = (image: string): string | undefined =>
  image === IMAGE ? undefined : `There is no lab image "${image}". ${suggest(image, [IMAGE])}`;

export const hostFault = (name: string): string | undefined =>
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(name)
    ? undefined
    : `The host cannot be called "${name}". Use lower-case letters, digits and "-", at most 63.`;

/** Of a name, or of a name with its port. */
export function clusterFault(name: string, port?: number): string | undefined {
  const built = CLUSTERS.get(name);
  const all = [...CLUSTERS].map(([cluster, its]) => `${cluster} on port ${its}`).join(' and ');
  if (built === undefined) return `The lab has no cluster "${name}". This version makes ${all}.`;
  return port === undefined || port === built ? undefined : `The cluster "${name}" listens on ${built}. Write that.`;
}
