import { startJanitor } from '../lab/janitor.ts';
import type { ImageInfo, Progress, Runtime, RuntimeName } from '../lab/lab.ts';
import { askEach, openRuntime, usableRuntimes } from '../lab/runtimes.ts';
import { DEFAULT_MAJOR, type Major } from '../model/topology.ts';
import { EXIT, type ExitStatus, UserError } from '../util/user-error.ts';
import { withPackages } from './packages.ts';
import { bytes, printJson, table } from './screen.ts';

interface Selection {
  pg?: Major[];
  runtime?: RuntimeName[];
}

/** `waldojo images list`. */
export async function listImages({ json }: { json?: boolean }): Promise<ExitStatus> {
  const images = await present();
  if (json) printJson(images.map(({ runtime, image }) => ({ runtime: runtime.name, ...image })));
  else if (images.length === 0) process.stdout.write('There are no lab images yet. The first start makes one.\n');
  else {
    const rows = images.map(({ runtime, image }) => [
      runtime.name,
      `PostgreSQL ${image.major}`,
      image.tag,
      bytes(image.bytes),
      image.current ? '' : 'of an older recipe',
    ]);
    process.stdout.write(table([['RUNTIME', 'VERSION', 'RECIPE', 'SIZE', ''], ...rows]));
  }
  return EXIT.done;
}

/** `waldojo images build`. */
export async function buildImages(
  options: Selection & { usable?: boolean; yes?: boolean },
  signal: AbortSignal,
): Promise<ExitStatus> {
  const consent = { yes: options.yes ?? false, signal };
  startJanitor();
  const runtimes = options.usable ? await usableRuntimes() : await selected(options.runtime, consent);
  for (const runtime of runtimes) {
    for (const major of options.pg ?? [DEFAULT_MAJOR]) {
      const subject = `PostgreSQL ${major} for ${runtime.name}`;
      if (await runtime.hasImage(major)) {
        process.stderr.write(`${subject}: there already\n`);
        continue;
      }
      const build = () => runtime.buildImage(major, progressLine(subject), signal);
      // Where any runtime that works will do, one whose image cannot be made is passed over, and said to be.
      await withPackages(build, consent).catch((error) => {
        if (!options.usable || !(error instanceof UserError)) throw error;
        process.stderr.write(`${subject}: ${error.message}\n`);
      });
    }
  }
  return EXIT.done;
}

/** `waldojo images rm`. */
export async function removeImages(options: Selection): Promise<ExitStatus> {
  const images = (await present())
    .filter(({ runtime }) => options.runtime?.includes(runtime.name) ?? true)
    .filter(({ image }) => options.pg?.includes(image.major) ?? true);
  for (const { runtime, image } of images) {
    await runtime.removeImage(image);
    process.stdout.write(`Removed PostgreSQL ${image.major} of ${runtime.name}.\n`);
  }
  return EXIT.done;
}

interface Transfer {
  pg?: Major;
  runtime?: RuntimeName;
}

/** `waldojo images export`. */
export async function exportImage(file: string, { pg, runtime }: Transfer, signal: AbortSignal): Promise<ExitStatus> {
  const from = await openRuntime(runtime);
  const major = pg ?? DEFAULT_MAJOR;
  await from.exportImage(major, file, progressLine(`PostgreSQL ${major} to ${file}`), signal);
  return EXIT.done;
}

/** `waldojo images import`. */
export async function importImage(file: string, { pg, runtime }: Transfer, signal: AbortSignal): Promise<ExitStatus> {
  const into = await openRuntime(runtime);
  const major = pg ?? DEFAULT_MAJOR;
  await into.importImage(major, file, progressLine(`PostgreSQL ${major} from ${file}`), signal);
  return EXIT.done;
}

async function selected(
  names: RuntimeName[] | undefined,
  consent: { yes: boolean; signal: AbortSignal },
): Promise<Runtime[]> {
  const runtimes: Runtime[] = [];
  for (const name of names ?? [undefined]) runtimes.push(await withPackages(() => openRuntime(name), consent));
  return runtimes;
}

/** The images of every runtime that works here. It is told on standard error where there may be more. */
async function present(): Promise<{ runtime: Runtime; image: ImageInfo }[]> {
  const { answers, troubles } = await askEach((runtime) => runtime.images());
  for (const trouble of troubles) process.stderr.write(`${trouble}\n`);
  return answers.flatMap(({ runtime, answer }) => answer.map((image) => ({ runtime, image })));
}

/** Shows progress on standard error: one line that changes on a terminal, a line for each new text elsewhere. */
export function progressLine(subject: string): (progress: Progress) => void {
  const live = process.stderr.isTTY && process.env.TERM !== 'dumb';
  let last = '';
  return ({ text, fraction }) => {
    const percent = fraction === undefined ? '' : ` ${String(Math.round(fraction * 100)).padStart(3)} %`;
    const line = `${subject}:${live ? percent : ''} ${text}`;
    if (line === last) return;
    last = line;
    const room = (process.stderr.columns ?? 80) - 1;
    process.stderr.write(live ? `\r\x1b[K${line.slice(0, room)}${fraction === 1 ? '\n' : ''}` : `${line}\n`);
  };
}
