import { MAJORS } from '../model/topology.ts';
import { withOwnCommand } from '../util/own-command.ts';
import { EXIT, type ExitStatus } from '../util/user-error.ts';
import { printJson } from './screen.ts';

interface Finding {
  subject: string;
  ok: boolean;
  text: string;
  remedy?: string;
}

/** `waldojo doctor`: what works here and, for what does not, the one thing to do about it. */
export async function doctor({ json }: { json?: boolean }): Promise<ExitStatus> {
  const { allRuntimes } = await import('../lab/runtimes.ts');
  const findings: Finding[] = [];
  let usable = 0;
  for (const runtime of await allRuntimes()) {
    const probe = await runtime.probe();
    const subject = `labs by ${runtime.name}`;
    if (!probe.ok) {
      findings.push({ subject, ok: false, text: probe.reason, remedy: probe.remedy });
      continue;
    }
    usable += 1;
    findings.push({ subject, ok: true, text: probe.version });
    const present = await Promise.all(MAJORS.map((major) => runtime.hasImage(major)));
    const majors = MAJORS.filter((_, i) => present[i]);
    findings.push({
      subject: `images for ${runtime.name}`,
      ok: majors.length > 0,
      text: majors.length > 0 ? `PostgreSQL ${majors.join(', ')}` : 'none yet; the first start makes one',
      ...(majors.length === 0 && { remedy: `waldojo images build --runtime ${runtime.name}` }),
    });
  }
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

function terminalFinding(): Finding {
  const { stdout } = process;
  const subject = 'terminal';
  if (!stdout.isTTY) return { subject, ok: true, text: 'none here; commands print plain text' };
  const size = `${stdout.columns}×${stdout.rows}`;
  if (stdout.columns >= 60 && stdout.rows >= 16) return { subject, ok: true, text: size };
  return { subject, ok: false, text: `${size} is too small`, remedy: 'Enlarge the window to 80×24 or more.' };
}
