import { packageFile } from '../util/paths.ts';
import { EXIT, type ExitStatus } from '../util/user-error.ts';
import { printJson } from './screen.ts';

/** `waldojo lint`: prints what is wrong, one fault a line. */
export async function lint(paths: string[], { json }: { json?: boolean }): Promise<ExitStatus> {
  const [{ lintPath }, { formatDiagnostic }] = await Promise.all([
    import('../scenario/lint/lint.ts'),
    import('../scenario/report.ts'),
  ]);
  const wanted = paths.length > 0 ? paths : [packageFile('scenarios')];
  const diagnostics = (await Promise.all(wanted.map((path) => lintPath(path)))).flat();
  if (json) printJson(diagnostics);
  else {
    for (const diagnostic of diagnostics) process.stdout.write(`${formatDiagnostic(diagnostic)}\n`);
    const count = diagnostics.length === 1 ? '1 fault' : `${diagnostics.length} faults`;
    process.stderr.write(diagnostics.length === 0 ? 'No faults.\n' : `${count}.\n`);
  }
  return diagnostics.length === 0 ? EXIT.done : EXIT.failed;
}
