import { suggest } from '../../scenario/nearest.ts';
import { EXIT, messageOf, UserError } from '../../util/user-error.ts';
import type { Reporter } from '../proof.ts';
import { openReportFile } from './file.ts';
import type { Output } from './output.ts';

const REPORTERS = ['text', 'json', 'junit', 'github'] as const;
type ReporterName = (typeof REPORTERS)[number];

/** A report that was asked for; without a file it goes to standard output. */
export interface ReporterSpec {
  name: ReporterName;
  file?: string;
}

interface OpenOptions {
  stdout: Output;
  /** Whether what goes to `stdout` may be coloured. */
  colour: boolean;
  /** One JSON document on `stdout`, as if `json` had been named as well. */
  json?: boolean | undefined;
  environment?: NodeJS.ProcessEnv;
}

/** Reads `junit`, or `junit=out/report.xml`. */
export function parseReporter(text: string): ReporterSpec {
  const [word, file] = text.split(/=(.*)/s, 2);
  const name = REPORTERS.find((known) => known === word);
  if (!name) {
    const hint = `${suggest(word!, REPORTERS)} There are ${REPORTERS.join(', ')}, each with or without =<file>.`;
    throw usage('unknown-reporter', `There is no reporter "${word}".`, hint);
  }
  if (file === '') throw usage('no-report-file', `"${text}" names no file.`, `Such as: ${name}=report`);
  return file === undefined ? { name } : { name, file };
}

/** All reporters that were asked for as one. A file that cannot be written is an error here, before anything is proved. */
export async function openReporters(
  named: readonly ReporterSpec[],
  { stdout, colour, json = false, environment = process.env }: OpenOptions,
): Promise<Reporter> {
  const asked: readonly ReporterSpec[] = json ? [...named, { name: 'json' }] : named;
  const specs = asked.length > 0 ? asked : usual(environment);
  refuseMixture(specs);
  const root = environment.GITHUB_WORKSPACE ?? process.cwd();
  const taken = new Set<string>();
  const reporters: Reporter[] = [];
  for (const { name, file } of specs) {
    if (file === undefined) {
      // GitHub obeys commands wherever they stand; only the reporter `github` means them.
      const onGitHub = environment.GITHUB_ACTIONS === 'true' || specs.some((spec) => spec.name === 'github');
      const obeyed = name === 'text' && onGitHub;
      reporters.push(await load(name, obeyed ? withoutCommands(stdout) : stdout, colour, root));
      continue;
    }
    const report = await openReportFile(file);
    if (taken.has(report.path)) {
      throw usage('report-file-twice', `Two reports would be written to ${file}.`, 'Give each a file of its own.');
    }
    taken.add(report.path);
    reporters.push(thenSave(await load(name, report, false, root), report.save));
  }
  return together(reporters);
}

/** Both ways in which a line can be a command to GitHub: `::` at its beginning, after whatever blank, and `##[` anywhere. */
const withoutCommands = (output: Output): Output => ({
  write: (text) =>
    output.write(text.replace(/^((?:[^\S\n]|\x1b\[[\d;]*m)*):(?=:)/gm, '$1: ').replaceAll('##[', '## [')),
  columns: output.columns,
  rows: output.rows,
});

const usual = ({ GITHUB_ACTIONS }: NodeJS.ProcessEnv): ReporterSpec[] =>
  GITHUB_ACTIONS === 'true' ? [{ name: 'text' }, { name: 'github' }] : [{ name: 'text' }];

/** On standard output a document stands alone, since what reads it reads nothing else. */
function refuseMixture(specs: readonly ReporterSpec[]): void {
  const names = specs.flatMap(({ name, file }) => (file === undefined ? [name] : []));
  const twice = new Set(names).size < names.length;
  if (!twice && (names.length < 2 || !names.some((name) => name === 'json' || name === 'junit'))) return;
  throw usage(
    'reports-mixed',
    `The reports ${names.join(' and ')} cannot share standard output.`,
    `Give all but one a file, such as --reporter ${names.at(-1)}=report`,
  );
}

async function load(name: ReporterName, output: Output, colour: boolean, root: string): Promise<Reporter> {
  switch (name) {
    case 'text':
      return (await import('./text.ts')).textReporter(output, colour);
    case 'json':
      return (await import('./json.ts')).jsonReporter(output);
    case 'junit':
      return (await import('./junit.ts')).junitReporter(output, root);
    case 'github':
      return (await import('./github.ts')).githubReporter(output, root);
  }
}

const thenSave = (reporter: Reporter, save: () => Promise<void>): Reporter => ({
  ...reporter,
  end: async (run) => {
    await reporter.end(run);
    await save();
  },
});

/** One that fails to be written takes no other with it. */
const together = (reporters: Reporter[]): Reporter => ({
  caseStarted: (testCase) => {
    for (const reporter of reporters) reporter.caseStarted?.(testCase);
  },
  step: (testCase, step) => {
    for (const reporter of reporters) reporter.step?.(testCase, step);
  },
  caseEnded: (proof) => {
    for (const reporter of reporters) reporter.caseEnded?.(proof);
  },
  end: async (run) => {
    const ends = await Promise.allSettled(reporters.map(async (reporter) => reporter.end(run)));
    const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    const [first, ...more] = reasons;
    if (more.length === 0 || !(first instanceof UserError)) {
      if (reasons.length > 0) throw first;
      return;
    }
    const { code, hint, exit } = first;
    throw new UserError(code, reasons.map(messageOf).join('\n'), { ...(hint && { hint }), exit, cause: first });
  },
});

const usage = (code: string, message: string, hint: string): UserError =>
  new UserError(code, message, { hint, exit: EXIT.usage });
