import { existsSync } from 'node:fs';
import { EXIT, UserError } from '../util/user-error.ts';
import { confirm } from './confirm.ts';

interface Consent {
  /** Install without asking. */
  yes: boolean;
  signal: AbortSignal;
}

/**
 * Does some work; where it fails for want of system packages, installs them (after asking, unless that was answered
 * already) and does it again.
 */
export async function withPackages<T>(work: () => Promise<T>, { yes, signal }: Consent): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError) || error.packages.length === 0) throw error;
    const command = installer(error.packages);
    if (!command || !(yes || (await confirm(`${error.message}\nMay I run “${command.join(' ')}”?`, true, signal))))
      throw error;
    await install(command, signal);
    return work();
  }
}

function installer(packages: readonly string[]): string[] | null {
  if (!existsSync('/usr/bin/apt-get')) return null;
  const command = ['apt-get', 'install', '-y', ...packages];
  if (process.getuid?.() === 0) return command;
  return existsSync('/usr/bin/sudo') ? ['sudo', ...command] : null;
}

async function install(command: string[], signal: AbortSignal): Promise<void> {
  process.stderr.write(`waldojo: ${command.join(' ')}\n`);
  const { execa } = await import('execa');
  const [file, ...args] = command;
  const update = [...args.slice(0, args.indexOf('install')), 'update', '-qq'];
  const options = { stdin: 'inherit', stdout: 2, stderr: 2, cancelSignal: signal, reject: false } as const;
  // A machine that never updated its package lists knows of no package; where that fails, the installation tells.
  await execa(file!, update, options);
  const { exitCode } = await execa(file!, args, { ...options, env: { DEBIAN_FRONTEND: 'noninteractive' } });
  if (exitCode === 0) return;
  throw new UserError('packages-not-installed', `“${command.join(' ')}” failed.`, {
    hint: 'Its messages are above.',
    exit: EXIT.environment,
  });
}
