import type { Progress } from './lab.ts';

/** mmdebstrap's own lines, what they mean, and how much of the time has gone by then (measured). */
const STAGES: [RegExp, string, number][] = [
  [/^I: running apt-get update/, 'Reading the package lists', 0.02],
  [/^I: downloading packages/, 'Downloading the base system', 0.06],
  [/^I: extracting archives/, 'Unpacking the base system', 0.12],
  [/^I: installing essential/, 'Installing the base system', 0.2],
  [/^I: running --customize-hook in shell: .*setup\.sh/, 'Downloading PostgreSQL', 0.35],
  [/^Making the clusters/, 'Making the clusters', 0.82],
  [/^I: creating tarball/, 'Writing the image', 0.92],
];
const [PACKAGES_FROM, PACKAGES_TO] = [0.4, 0.82];
/** Packages are unpacked and set up: about so many lines say so. */
const PACKAGE_LINES = 130;

/** Turns the lines of a build's output, in order, into what is being done. */
export function rootfsProgress(suite: string): (line: string) => Progress | undefined {
  let packages = 0;
  return (line) => {
    const stage = STAGES.find(([pattern]) => pattern.test(line));
    if (stage) return { text: stage[1].replace('the base system', `Debian ${suite}`), fraction: stage[2] };
    const [, doing, name] = /^(Unpacking|Setting up) (\S+?)(?::\w+)? \(/.exec(line) ?? [];
    if (!name) return undefined;
    packages = Math.min(packages + 1, PACKAGE_LINES);
    const fraction = PACKAGES_FROM + (PACKAGES_TO - PACKAGES_FROM) * (packages / PACKAGE_LINES);
    return { text: `${doing} ${name}`, fraction };
  };
}
