import { UserError } from '../util/user-error.ts';
import type { Lab } from './lab.ts';

/** What is told of clusters that did not start in a new lab: their names, and what they wrote last, which is the reason. */
export async function clusterFailed(lab: Lab, names: string[]): Promise<UserError> {
  const logs = names.map((name) => `/var/log/postgresql/postgresql-${lab.major}-${name}.log`);
  const { stdout } = await lab.exec(['tail', '-q', '-n', '5', '--', ...logs], { user: 'root' });
  const said = stdout.trimEnd().slice(-2000);
  return new UserError(
    'cluster-failed',
    `PostgreSQL did not start in a new lab: ${names.join(', ')}.${said ? `\n${said}` : ' It wrote nothing to its log.'}`,
    { hint: 'waldojo images build' },
  );
}
