import { userInfo } from 'node:os';
import { isAbsolute, resolve } from 'node:path';
import { UserError } from './user-error.ts';

/** Variables that name a directory; of these the XDG specification says that one which is not absolute counts as unset. */
const DIRECTORIES = /^(XDG_\w+_(HOME|DIR)|TMPDIR|HOME)$/;
const OURS = /^(WALDOJO|XDG|DOCKER)_|^(TMPDIR|HOME)$/;

/**
 * Makes the variables that we go by mean one thing to all that read them, here and in the programs that we start: an empty
 * one is unset, and a directory is absolute. Must come before anything that reads them. Throws a UserError where there is
 * no home directory.
 */
export function settleEnvironment(environment: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value = ''] of Object.entries(environment)) {
    if (value === '' ? OURS.test(name) : DIRECTORIES.test(name) && !isAbsolute(value)) delete environment[name];
  }
  // A person who names it means it, from where they stand.
  if (environment.WALDOJO_DATA) environment.WALDOJO_DATA = resolve(environment.WALDOJO_DATA);
  environment.HOME ??= homeOfUser();
}

function homeOfUser(): string {
  try {
    return userInfo().homedir;
  } catch (cause) {
    const hint = 'Say which it is: export HOME=/path/to/a/directory';
    throw new UserError('no-home', 'HOME is not set, and the system does not know this user.', {
      hint,
      exit: 3,
      cause,
    });
  }
}
