import { describe, expect, it } from 'vitest';
import { diagnose, type Facts } from '../../../src/lab/local/diagnosis.ts';
import { subordinateRange } from '../../../src/lab/local/mapping.ts';

const factsOf = (more: Partial<Facts>): Facts => ({
  platform: 'linux',
  release: '6.1.0-18-amd64',
  root: false,
  user: 'ada',
  missing: [],
  utilLinux: '2.38.1',
  distribution: 'debian',
  hasIds: true,
  subuid: '',
  settings: { 'user.max_user_namespaces': '96365' },
  said: '',
  ...more,
});

describe('the diagnosis of a machine where no lab can be made without an engine', () => {
  it.each<[string, Partial<Facts>, RegExp, RegExp]>([
    ['another system', { platform: 'darwin' }, /need Linux/, /Docker or Podman/],
    ['an old kernel', { release: '5.10.0-28-amd64' }, /5\.11 or newer.*5\.10\.0-28/, /Docker/],
    ['an old util-linux', { utilLinux: '2.34' }, /util-linux 2\.36.*2\.34/, /Docker/],
    ['no uidmap', { missing: ['newuidmap', 'newgidmap'] }, /are missing/, /^sudo apt-get install uidmap$/],
    [
      'no uidmap on Fedora',
      { missing: ['newuidmap'], distribution: 'fedora' },
      /is missing/,
      /^sudo dnf install shadow-utils$/,
    ],
    [
      'no ip on Rocky',
      { missing: ['ip'], distribution: '"rocky" "rhel centos fedora"' },
      /ip is missing/,
      /^sudo dnf install iproute$/,
    ],
    ['no ip on Arch', { missing: ['ip'], distribution: 'arch' }, /ip is missing/, /^sudo pacman -S iproute2$/],
    [
      'several',
      { missing: ['ip', 'nsenter', 'setpriv'] },
      /ip, nsenter, setpriv are/,
      /^sudo apt-get install iproute2 util-linux$/,
    ],
  ])('tells of %s', (_, facts, reason, remedy) => {
    const { ok, ...rest } = diagnose(factsOf(facts));
    expect(ok).toBe(false);
    expect(rest.reason).toMatch(reason);
    expect(rest.remedy).toMatch(remedy);
  });

  it.each([
    ['kernel.apparmor_restrict_unprivileged_userns', '1', '0'],
    ['kernel.unprivileged_userns_clone', '0', '1'],
    ['user.max_user_namespaces', '0', '65536'],
  ])('names %s=%s, which forbids user namespaces, and what sets it for good', (name, forbids, allows) => {
    const { reason, remedy } = diagnose(factsOf({ settings: { [name]: forbids } }));
    expect(reason).toContain(`${name} is ${forbids}`);
    expect(remedy).toContain(`echo ${name}=${allows} | sudo tee /etc/sysctl.d/60-waldojo.conf`);
  });

  it('does not blame what binds ordinary users alone when root asks', () => {
    const settings = { 'kernel.apparmor_restrict_unprivileged_userns': '1', 'kernel.unprivileged_userns_clone': '0' };
    const { reason } = diagnose(
      factsOf({ root: true, hasIds: false, settings, said: 'unshare: Operation not permitted' }),
    );
    expect(reason).toMatch(/as in many containers: unshare: Operation not permitted$/);
  });

  it('gives a user without subordinate ids a range that nobody has', () => {
    const { remedy } = diagnose(factsOf({ hasIds: false, subuid: 'bob:100000:65536\neve:200000:65536\n' }));
    expect(remedy).toBe('sudo usermod --add-subuids 265536-331071 --add-subgids 265536-331071 ada');
    expect(diagnose(factsOf({ hasIds: false, subuid: '' })).remedy).toContain('100000-165535');
  });

  it('tells of a file system that takes no overlay', () => {
    const said =
      'mount: root: wrong fs type, bad option, bad superblock on overlay, missing codepage.\n dmesg(1) may have more.';
    expect(diagnose(factsOf({ said })).remedy).toMatch(/WALDOJO_DATA/);
  });

  it('quotes the line that names the cause where it knows no better', () => {
    const said =
      'mount: /x: permission denied.\n       dmesg(1) may have more information after failed mount system call.';
    expect(diagnose(factsOf({ said })).reason).toMatch(/permission denied\.$/);
  });
});

describe('a range of subordinate ids', () => {
  const user = { name: 'ada', id: 1000 };
  it.each([
    ['by name', 'bob:1:70000\nada:100000:65536', 100_000],
    ['by number', '1000:300000:65536', 300_000],
    ['the first that is large enough', 'ada:5000:1000\nada:100000:65536', 100_000],
  ])('is found %s', (_, text, outside) => {
    expect(subordinateRange(text, user)).toEqual({ inside: 1, outside, count: 65_535 });
  });

  it.each(['', 'bob:100000:65536', 'ada:100000:1000', 'adalbert:100000:65536'])('is not found in %j', (text) => {
    expect(subordinateRange(text, user)).toBeUndefined();
  });
});
