import { execa } from 'execa';
import type { ScenarioSummary } from '../scenario/load.ts';
import { packageFile } from '../util/paths.ts';
import { EXIT, UserError } from '../util/user-error.ts';

/** What the verdict on any scenario depends on, in the program's own folder. */
const ENGINE = ['src/', 'lab-images/', 'package.json', 'package-lock.json'];

/** Where a folder lies in its git repository: `prefix` ends with a slash, and is empty at the root. */
interface Place {
  root: string;
  prefix: string;
}

/**
 * Those scenarios of which a file differs, in the working tree, from the commit at which HEAD left `ref`; all of those
 * that share a repository with the program when the program itself does.
 */
export async function changedSince(
  ref: string,
  scenarios: ScenarioSummary[],
  signal?: AbortSignal,
  program: string = packageFile(),
): Promise<ScenarioSummary[]> {
  const engine = await placeOf(program, signal).catch(() => undefined);
  const files = new Map<string, Promise<string[]>>();
  const changed = async ({ directory }: ScenarioSummary): Promise<boolean> => {
    const { root, prefix } = await placeOf(directory, signal);
    if (!files.has(root)) files.set(root, changedFiles(root, ref, signal));
    const watched = engine?.root === root ? ENGINE.map((path) => engine.prefix + path) : [];
    return (await files.get(root)!).some((file) => [prefix, ...watched].some((start) => file.startsWith(start)));
  };
  const answers = await Promise.all(scenarios.map(changed));
  return scenarios.filter((_, i) => answers[i]);
}

async function placeOf(directory: string, signal?: AbortSignal): Promise<Place> {
  const { ok, stdout, stderr } = await git(directory, ['rev-parse', '--show-toplevel', '--show-prefix'], signal);
  if (!ok) throw cannotTell(/not a git repository/.test(stderr) ? `${directory} is in no git repository.` : stderr);
  const [root, prefix] = stdout.split('\n') as [string, string];
  return { root, prefix };
}

/** The files that are not as they were, by their paths from the root; of one that was moved, both paths. */
async function changedFiles(root: string, ref: string, signal?: AbortSignal): Promise<string[]> {
  const known = await git(root, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`], signal);
  if (!known.ok) {
    throw cannotTell(`git knows no commit “${ref}” in ${root}.`, 'In a shallow clone, fetch it first: git fetch');
  }
  const base = await git(root, ['merge-base', known.stdout.trim(), 'HEAD'], signal);
  if (!base.ok) {
    throw cannotTell(
      base.stderr || `“${ref}” and HEAD have no commit in common in ${root}.`,
      'In a shallow clone, fetch the whole history: git fetch --unshallow',
    );
  }
  const lists = await Promise.all([
    git(root, ['diff', '--name-only', '--no-renames', '--no-relative', '-z', base.stdout.trim(), '--'], signal),
    git(root, ['ls-files', '--others', '--exclude-standard', '-z'], signal),
  ]);
  return lists.flatMap(({ ok, stdout, stderr }) => {
    if (!ok) throw cannotTell(stderr);
    return stdout.split('\0').filter(Boolean);
  });
}

/** Set for the hooks of one repository, and wrong in another. */
const OF_A_HOOK = { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_INDEX_FILE: undefined, GIT_PREFIX: undefined };

async function git(
  directory: string,
  args: string[],
  signal?: AbortSignal,
): Promise<{ ok: boolean; stdout: string; stderr: string }> {
  const { failed, code, isCanceled, stdout, stderr } = await execa('git', ['-C', directory, ...args], {
    env: { ...OF_A_HOOK, LC_ALL: 'C' },
    reject: false,
    stripFinalNewline: false,
    ...(signal && { cancelSignal: signal }),
  });
  if (isCanceled) signal?.throwIfAborted();
  if (code === 'ENOENT') {
    throw new UserError('no-git', 'What has changed is asked of git, which is not installed.', {
      hint: 'sudo apt-get install git',
      packages: ['git'],
      exit: EXIT.environment,
    });
  }
  return { ok: !failed, stdout: stdout ?? '', stderr: (stderr ?? '').trim() };
}

const cannotTell = (why: string, hint?: string): UserError =>
  new UserError('changes-unknown', `It cannot be told what has changed: ${why}`, {
    ...(hint && { hint }),
    exit: EXIT.usage,
  });
