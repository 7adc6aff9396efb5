import type { Runtime } from '../lab/lab.ts';
import type { Major } from '../model/topology.ts';
import { progressLine } from './images.ts';
import { withPackages } from './packages.ts';
import { isFullScreen } from './screen.ts';

/** Makes the lab image where it is missing, and shows how far that is. */
export async function ensureImage(
  runtime: Runtime,
  major: Major,
  { yes, plain, signal }: { yes: boolean; plain: boolean; signal: AbortSignal },
): Promise<void> {
  if (await runtime.hasImage(major)) return;
  const title = `Making the lab image for PostgreSQL ${major}, once`;
  const build = async () => {
    if (plain || !isFullScreen()) return runtime.buildImage(major, progressLine(title), signal);
    const { withProgressScreen } = await import('../tui/start.tsx');
    return withProgressScreen(title, (onProgress, stop) =>
      runtime.buildImage(major, onProgress, AbortSignal.any([signal, stop])),
    );
  };
  await withPackages(build, { yes, signal });
}
