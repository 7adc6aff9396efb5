import type { Runtime } from '../lab/lab.ts';
import { DEFAULT_MAJOR, MAJORS, type Major, type Topology } from '../model/topology.ts';
import { excerpt } from '../util/excerpt.ts';
import { withOwnCommand } from '../util/own-command.ts';
import { EXIT, type ExitStatus, messageOf, UserError } from '../util/user-error.ts';
import { printJson } from './screen.ts';

interface Finding {
  subject: string;
  ok: boolean;
  text: string;
  remedy?: string;
  /** Labs can be made without it. */
  optional?: boolean;
}

/** Milliseconds for one command in a lab. */
const PATIENCE = 20_000;

/** `waldojo doctor`: what works here and, for what does not, the one thing to do about it. */
export async function doctor({ json }: { json?: boolean }): Promise<ExitStatus> {
  const [{ allRuntimes }, { startJanitor }] = await Promise.all([
    import('../lab/runtimes.ts'),
    import('../lab/janitor.ts'),
  ]);
  startJanitor();
  const examined = await Promise.all((await allRuntimes()).map(examine));
  const usable = examined.filter((findings) => findings.every(({ ok, optional }) => ok || optional)).length;
  const findings = examined.flat().map(({ optional: _, ...finding }) => finding as Finding);
  findings.push(terminalFinding());
  const ok = usable > 0;
  if (json) printJson({ ok, findings });
  else {
    for (const { subject, ok: fine, text, remedy } of findings) {
      process.stdout.write(`${fine ? '✓' : '✗'} ${subject}: ${text}\n`);
      if (remedy && !fine) process.stdout.write(`    ${withOwnCommand(remedy).replaceAll('\n', '\n    ')}\n`);
    }
    if (!ok) process.stdout.write('\nNo lab can be made here yet. Do one of the above.\n');
  }
  return ok ? EXIT.done : EXIT.environment;
}

/** A runtime: whether it answers, which images it has, and whether a lab of one of them does what lessons ask of it. */
async function examine(runtime: Runtime): Promise<Finding[]> {
  const { name } = runtime;
  const subject = `labs by ${name}`;
  const probe = await runtime.probe();
  if (!probe.ok) return [{ subject, ok: false, text: probe.reason, remedy: probe.remedy }];
  try {
    const present = await Promise.all(MAJORS.map((major) => runtime.hasImage(major)));
    const majors = MAJORS.filter((_, i) => present[i]);
    const major = majors.includes(DEFAULT_MAJOR) ? DEFAULT_MAJOR : majors[0];
    const images = `images for ${name}`;
    if (major === undefined) {
      const remedy = `waldojo images build --runtime ${name}`;
      const text = 'none yet; the first start makes one';
      return [
        { subject, ok: true, text: `${probe.version}; no lab was tried, as there is no image` },
        { subject: images, ok: false, optional: true, text, remedy },
      ];
    }
    await tryLab(runtime, major);
    return [
      { subject, ok: true, text: `${probe.version}; a lab was made, and sudo and PostgreSQL work in it` },
      { subject: images, ok: true, text: `PostgreSQL ${majors.join(', ')}` },
    ];
  } catch (error) {
    const remedy = error instanceof UserError ? error.hint : undefined;
    return [{ subject, ok: false, text: `${probe.version}; ${messageOf(error)}`, ...(remedy && { remedy }) }];
  }
}

/** Makes a lab and does in it what a lesson cannot do without. Throws a UserError that says what does not work. */
async function tryLab(runtime: Runtime, major: Major): Promise<void> {
  const topology: Topology = {
    host: 'doctor',
    image: 'postgres',
    clusters: [{ name: 'main', port: 5432, state: 'running' }],
  };
  const lab = await runtime.create({ scenario: 'doctor', keep: false, major, topology });
  try {
    const command = ['sudo', '-u', 'postgres', 'psql', '-XAtc', 'SELECT 1'];
    const { exitCode, stdout, stderr } = await lab.exec(command, { user: 'student', timeout: PATIENCE });
    if (exitCode === 0 && stdout.trim() === '1') return;
    const said = excerpt(stderr) || `status ${exitCode}`;
    throw new UserError('lab-unfit', `a lab was made, but \`${command.join(' ')}\` fails in it: ${said}`, {
      hint: 'The lessons cannot be done in such a lab. Try the other runtime (--runtime)',
    });
  } finally {
    await lab.remove();
  }
}

function terminalFinding(): Finding {
  const { stdout } = process;
  const subject = 'terminal';
  if (!stdout.isTTY) return { subject, ok: true, text: 'none here; commands print plain text' };
  const size = `${stdout.columns}×${stdout.rows}`;
  if (stdout.columns >= 60 && stdout.rows >= 16) return { subject, ok: true, text: size };
  return { subject, ok: false, text: `${size} is too small`, remedy: 'Enlarge the window to 80×24 or more.' };
}
