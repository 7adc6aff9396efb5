import type { FileAssertion } from '../model/check.ts';
import { pattern } from '../util/pattern.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, type Outcome, unseen } from './outcome.ts';
import { look, TAR } from './shell.ts';

const MOST_TEXT = 8 * 1024 * 1024;

// Links are followed: what counts is what a server would open.
const LOOK = `
path=$1
[ -e "$path" ] || exit 0
stat -L -c $'%F\\n%U\\n%a' -- "$path"
if [ -d "$path" ]; then
  du -sb -- "$path/" | cut -f 1
  find "$path/" -maxdepth 1 -name '*.partial' -printf '%f\\n' -quit
else
  stat -L -c %s -- "$path"
  echo
  [ -z "$2" ] || [ ! -f "$path" ] || head -c "$2" -- "$path"
fi`;

const LIST = `${TAR}
choose "$1"
if list=$(members "$1"); then echo whole; else echo damaged; fi
printf '%s\\n' "$list"`;

/** `actual` speaks of the file: "owned by root", "412 bytes long". */
export async function file(assertion: FileAssertion, context: CheckContext): Promise<Outcome> {
  const { path, exists, owner, mode, size, matches, partial, tarContains } = assertion;
  const limit = matches ? String(MOST_TEXT + 1) : '';
  const output = await look(context, LOOK, [path, limit]);

  if (exists === false) return output === '' ? HOLDS : differs(`no ${path}`, `${path} exists`);
  if (output === '') return unseen(`${path} to exist`, `${path} does not exist`);
  const [type = '', user = '', permissions = '', bytes = '', segment = '', ...text] = output.split('\n');
  const directory = type === 'directory';

  if (owner && (user === owner.name) === owner.negated) {
    return differs(`${owner.negated ? 'not ' : ''}owned by ${owner.name}`, `owned by ${user}`);
  }
  if (mode && (parseInt(permissions, 8) === parseInt(mode.mode, 8)) === mode.negated) {
    return differs(`mode ${mode.negated ? 'other than ' : ''}${octal(mode.mode)}`, `mode ${octal(permissions)}`);
  }
  if (size !== undefined && Number(bytes) < size) return differs(`at least ${size} bytes`, `${bytes} bytes`);
  if (partial !== undefined && (segment !== '') !== partial) {
    return differs(
      partial ? 'a .partial segment in it' : 'no .partial segment in it',
      segment || 'no .partial segment',
    );
  }
  if (matches) {
    const expected = `${matches.negated ? 'no ' : ''}text that matches /${matches.pattern}/`;
    if (directory) return differs(expected, 'a directory');
    if (Number(bytes) > MOST_TEXT) throw new Error(`${path} has ${bytes} bytes; only ${MOST_TEXT} are searched.`);
    if (pattern(matches.pattern).test(text.join('\n')) === matches.negated) {
      return differs(expected, matches.negated ? 'such text' : Number(bytes) === 0 ? 'an empty file' : 'no such text');
    }
  }
  if (tarContains !== undefined) {
    const expected = `a tar archive with a member that matches /${tarContains}/`;
    return directory ? differs(expected, 'a directory') : lists(path, tarContains, expected, context);
  }
  return HOLDS;
}

async function lists(path: string, member: string, expected: string, context: CheckContext): Promise<Outcome> {
  const [state, ...names] = (await look(context, LIST, [path])).trimEnd().split('\n');
  if (state === 'damaged') return differs(expected, 'a file that is no complete tar archive');
  const wanted = pattern(member);
  const found = names.some((name) => wanted.test(name));
  return found ? HOLDS : differs(expected, 'no such member in it');
}

const octal = (mode: string): string => mode.padStart(4, '0');
