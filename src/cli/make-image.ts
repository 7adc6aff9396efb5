import type { Runtime } from '../lab/lab.ts';
import type { Major } from '../model/topology.ts';
import { progressLine } from './images.ts';
import { withPackages } from './packages.ts';

/** Makes a lab image, and shows how far that is. */
export async function makeImage(
  runtime: Runtime,
  major: Major,
  { yes, fullScreen, signal }: { yes: boolean; fullScreen: boolean; signal: AbortSignal },
): Promise<void> {
  const title = `Making the lab image for PostgreSQL ${major}, once`;
  const build = async () => {
    if (!fullScreen) return runtime.buildImage(major, progressLine(title), signal);
    const { withProgressScreen } = await import('../tui/start.tsx');
    return withProgressScreen(title, (onProgress, stop) =>
      runtime.buildImage(major, onProgress, AbortSignal.any([signal, stop])),
    );
  };
  await withPackages(build, { yes, signal });
}
