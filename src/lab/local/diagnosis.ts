import { printable } from '../../util/printable.ts';
import { messageOf, UserError } from '../../util/user-error.ts';
import type { Probe } from '../lab.ts';

/** What decides whether labs can be made without an engine. */
export interface Facts {
  platform: string;
  /** Of the kernel, such as `6.1.0-18-amd64`. */
  release: string;
  root: boolean;
  user: string;
  /** Commands that are not there. */
  missing: string[];
  /** Of util-linux, such as `2.38.1`; undefined without it. */
  utilLinux: string | undefined;
  /** `ID` and `ID_LIKE` of /etc/os-release. */
  distribution: string;
  /** The user has subordinate ids. */
  hasIds: boolean;
  /** The text of /etc/subuid. */
  subuid: string;
  /** Kernel settings that are there, by name. */
  settings: Record<string, string>;
  /** What the attempt said. */
  said: string;
}

type Failure = Probe & { ok: false };
const failure = (reason: string, remedy: string): Failure => ({ ok: false, reason, remedy });

const ANOTHER_PLACE = 'Set WALDOJO_DATA to a directory on a local disk (ext4, xfs or btrfs) that you may write to';
const OTHERWISE = 'Install Docker or Podman: waldojo then uses that';
/** Settings that forbid user namespaces, and what allows them. */
const SETTINGS: [string, forbids: string, allows: string][] = [
  ['kernel.apparmor_restrict_unprivileged_userns', '1', '0'],
  ['kernel.unprivileged_userns_clone', '0', '1'],
  ['user.max_user_namespaces', '0', '65536'],
];

/** Why an attempt to make a lab failed, and the one thing to do about it. */
export function diagnose(facts: Facts): Failure {
  const { platform, release, root, user, missing, utilLinux, distribution, hasIds, subuid, settings, said } = facts;
  if (platform !== 'linux') return failure('Labs without an engine need Linux.', OTHERWISE);
  if (isOlder(release, [5, 11])) return failure(`Linux 5.11 or newer is needed; this is ${release}.`, OTHERWISE);
  if (missing.length > 0) {
    return failure(
      `${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} missing.`,
      installation(missing, distribution),
    );
  }
  if (utilLinux && isOlder(utilLinux, [2, 36])) {
    return failure(`util-linux 2.36 or newer is needed; this is ${utilLinux}.`, OTHERWISE);
  }
  const setting = SETTINGS.find(([name, forbids]) => settings[name] === forbids && (!root || name.startsWith('user.')));
  if (setting) {
    const [name, forbids, allows] = setting;
    const persistent = `echo ${name}=${allows} | sudo tee /etc/sysctl.d/60-waldojo.conf && sudo sysctl --system`;
    return failure(`This system forbids user namespaces (${name} is ${forbids}).`, persistent);
  }
  if (!root && !hasIds) {
    const first = firstFree(subuid);
    const range = `${first}-${first + 65_535}`;
    const command = `sudo usermod --add-subuids ${range} --add-subgids ${range} ${user}`;
    return failure(`${user} has no range of 65536 subordinate user and group ids.`, command);
  }
  if (/overlay/.test(said)) {
    return failure('The data directory is on a file system that no overlay can be made on.', ANOTHER_PLACE);
  }
  return failure(`Namespaces cannot be made here, as in many containers: ${clearest(said)}`, OTHERWISE);
}

/** Why the data directory cannot hold labs, which says nothing of whether they could be made. */
export function whyNoStore(error: unknown, directory: string): Failure {
  if (error instanceof UserError) return failure(error.message, error.hint ?? ANOTHER_PLACE);
  return failure(`Labs cannot be kept in ${directory}: ${printable(messageOf(error))}.`, ANOTHER_PLACE);
}

/** Of what the commands said, the line that names the cause. */
const clearest = (said: string): string =>
  said
    .trim()
    .split('\n')
    .filter((line) => !line.includes('dmesg'))
    .at(-1) ?? '';

function isOlder(version: string, [major, minor]: [number, number]): boolean {
  const [x = 0, y = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return x < major || (x === major && y < minor);
}

/** The first id from which on no user has subordinate ids. */
function firstFree(subuid: string): number {
  const ends = subuid.split('\n').map((line) => {
    const [, start, count] = line.split(':').map(Number);
    return (start ?? 0) + (count ?? 0) || 0;
  });
  return Math.max(100_000, ...ends);
}

type Family = 'debian' | 'fedora' | 'arch' | 'suse';
const INSTALL: Record<Family, string> = {
  debian: 'sudo apt-get install',
  fedora: 'sudo dnf install',
  arch: 'sudo pacman -S',
  suse: 'sudo zypper install',
};
const PACKAGES: Record<string, Record<Family, string>> = {
  newuidmap: { debian: 'uidmap', fedora: 'shadow-utils', arch: 'shadow', suse: 'shadow' },
  ip: { debian: 'iproute2', fedora: 'iproute', arch: 'iproute2', suse: 'iproute2' },
  hostname: { debian: 'hostname', fedora: 'hostname', arch: 'inetutils', suse: 'hostname' },
  mount: { debian: 'mount', fedora: 'util-linux', arch: 'util-linux', suse: 'util-linux' },
  bash: { debian: 'bash', fedora: 'bash', arch: 'bash', suse: 'bash' },
  perl: { debian: 'perl', fedora: 'perl', arch: 'perl', suse: 'perl' },
  tar: { debian: 'tar', fedora: 'tar', arch: 'tar', suse: 'tar' },
};
const UTIL_LINUX = { debian: 'util-linux', fedora: 'util-linux', arch: 'util-linux', suse: 'util-linux' };

function installation(missing: string[], distribution: string): string {
  const family = /fedora|rhel|centos/.test(distribution)
    ? 'fedora'
    : /arch/.test(distribution)
      ? 'arch'
      : /suse/.test(distribution)
        ? 'suse'
        : 'debian';
  const packages = new Set(
    missing.map((command) => (PACKAGES[command.replace('newgid', 'newuid')] ?? UTIL_LINUX)[family]),
  );
  return `${INSTALL[family]} ${[...packages].join(' ')}`;
}
