import { glob, readFile } from 'node:fs/promises';

const DEFAULT = 'http://deb.debian.org/debian';

/** Where Debian's packages come from: `$WALDOJO_MIRROR`, else the mirror that this machine itself uses, if it is a Debian. */
export async function debianMirror(): Promise<string> {
  if (process.env.WALDOJO_MIRROR) return process.env.WALDOJO_MIRROR;
  for await (const file of glob(['/etc/apt/sources.list', '/etc/apt/sources.list.d/*.{list,sources}'])) {
    const mirror = mirrorIn(await readFile(file, 'utf8').catch(() => ''));
    if (mirror) return mirror;
  }
  return DEFAULT;
}

/** The first mirror of Debian itself, not of its security updates, in a file of either of apt's two formats. */
export function mirrorIn(sources: string): string | undefined {
  const entry = /^(?:URIs:|deb\s+(?:\[[^\]]*\]\s+)?)\s*(https?:\/\/\S+\/debian)\/?(?=\s|$)/m;
  return entry.exec(sources)?.[1];
}
