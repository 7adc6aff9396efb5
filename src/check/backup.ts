import type { BackupAssertion } from '../model/check.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, type Outcome, unseen } from './outcome.ts';
import { look, TAR } from './shell.ts';

const LOOK = `${TAR}
cd -- "$1" 2>/dev/null || { echo absent; exit 0; }
shopt -s nullglob
tars=(base.tar*)
if [ -e PG_VERSION ]; then
  echo plain
  list=$(find . -maxdepth 2 -printf '%P\\n')
elif [ \${#tars[@]} -gt 0 ]; then
  choose "\${tars[0]}"
  list=$(members "\${tars[0]}") && echo tar || echo damaged
  list+=$'\\n'$(ls)
else
  echo none
fi
grep -oE '^(\\./)?(backup_manifest|backup_label|pg_wal/[0-9A-F]{24}|pg_wal\\.tar.*)$' <<<"$list" || true`;

// Prints nothing when pg_verifybackup agrees, else the first thing that it says. Tar files are unpacked for it: before 18 it
// cannot read them, and after it not the WAL in them.
const VERIFY = `${TAR}
dir=$1 format=$2 wal=$3 major=$4 options=()
[ "$wal" = yes ] || options=(-n)
if [ "$format" = tar ]; then
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
  cd -- "$1"
  for tar in *.tar *.tar.*; do
    [ -e "$tar" ] || continue
    case $tar in base.*) to=$dir ;; pg_wal.*) to=$dir/pg_wal ;; *) to=$dir/pg_tblspc/\${tar%%.*} ;; esac
    choose "$tar"
    mkdir -p "$to"
    extract "$tar" "$to" || { echo "$tar is damaged"; exit 0; }
  done
  [ ! -e backup_manifest ] || cp backup_manifest "$dir/"
fi
says=$("/usr/lib/postgresql/$major/bin/pg_verifybackup" "\${options[@]}" "$dir" 2>&1 >/dev/null)
status=$?
[ $status -le 1 ] || { echo "$says" >&2; exit $status; }
[ $status = 0 ] || sed -n 's/^pg_[a-z]*: \\(error: \\|fatal: \\)\\?//; 1p' <<<"$says"`;

export async function backup(assertion: BackupAssertion, context: CheckContext): Promise<Outcome> {
  const { directory, verifies } = assertion;
  const [format = '', ...found] = (await look(context, LOOK, [directory])).trimEnd().split('\n');
  if (format === 'absent') return unseen('a base backup', `there is no directory ${directory}`);
  if (format === 'none') return differs('a base backup', 'no base backup in it');
  if (format === 'damaged') return differs('a base backup', 'a base.tar that is damaged, or not finished yet');

  const has = (part: RegExp) => found.some((file) => part.test(file));
  const parts = [
    { wanted: assertion.manifest ?? verifies, there: has(/backup_manifest$/), name: 'backup_manifest' },
    { wanted: assertion.label, there: has(/backup_label$/), name: 'backup_label' },
    { wanted: assertion.wal, there: has(/pg_wal/), name: 'the WAL that it needs' },
  ];
  for (const { wanted, there, name } of parts) {
    // What cannot be verified without a manifest does not verify: that satisfies `verifies: false`.
    if (name === 'backup_manifest' && assertion.manifest === undefined && verifies === false) continue;
    if (wanted === undefined || wanted === there) continue;
    return differs(`a backup with${wanted ? '' : 'out'} ${name}`, `one with${there ? '' : 'out'} it`);
  }
  return verifies === undefined ? HOLDS : agrees(assertion, format, context);
}

/** The WAL is only left out (`-n`) where the check says `wal: false`. */
async function agrees({ directory, verifies, wal }: BackupAssertion, format: string, context: CheckContext) {
  const args = [directory, format, wal === false ? 'no' : 'yes', String(context.lab.major)];
  const complaint = (await look(context, VERIFY, args, 60_000)).trim();
  if ((complaint === '') === verifies) return HOLDS;
  return verifies
    ? differs('pg_verifybackup to agree', complaint)
    : differs('pg_verifybackup to find something wrong', 'pg_verifybackup agrees');
}
