// Whose fault an error is. https://www.postgresql.org/docs/current/errcodes-appendix.html

const THE_LEARNERS = new Set([
  '3D000', // no such database
  '3F000', // no such schema
  '42P01', // no such table
  '42703', // no such column
  '42883', // no such function
  '42704', // no such role, type, tablespace …
  '55000', // the server or an object is not in the state for it, such as "recovery is in progress"
  '55P03', // an open transaction holds the lock
  '57014', // took longer than statement_timeout
  '58030', // a file of the cluster cannot be read
  '58P01', // a file is missing
]);

/** Classes: data that is not as expected, conflicts with others, a server that comes or goes, damaged data. */
const CLASSES = ['21', '22', '40', '57P', 'XX00'];

/**
 * True when an error says something about the world that the learner works on: they are not there yet. False when it says
 * something about the check: bad syntax, no permission, no resources.
 */
export function isTheLearners(sqlstate: string): boolean {
  if (sqlstate === 'XX000') return false;
  return THE_LEARNERS.has(sqlstate) || CLASSES.some((prefix) => sqlstate.startsWith(prefix));
}
