import type { ArchiveAssertion } from '../model/check.ts';
import type { CheckContext } from './context.ts';
import { differs, HOLDS, notYet, type Outcome, unseen } from './outcome.ts';
import { look } from './shell.ts';
import {
  type Archive,
  gapIn,
  parseArchive,
  parseSegment,
  position,
  SEGMENT_BYTES,
  type Segment,
  segmentName,
} from './wal.ts';

const LIST = `
cd -- "$1" 2>/dev/null || { echo absent; exit 0; }
echo present
find . -maxdepth 1 -type f -printf '%f\\t%s\\n'
shopt -s nullglob
histories=(*.history)
[ \${#histories[@]} = 0 ] || grep -H . "\${histories[@]}" || true`;

// Arguments: archive, pg_wal, then for each segment its file in the archive, its name and how many bytes count. What the
// cluster has recycled already cannot be compared any more. A compressed .partial ends early, which is no error here.
const COMPARE = `
archive=$1 wal=$2; shift 2
while [ $# -gt 0 ]; do
  if [ -e "$wal/$2" ]; then
    case $1 in
      *.gz*) gzip -dcq <"$archive/$1" 2>/dev/null | cmp -s -n "$3" - "$wal/$2" ;;
      *) cmp -s -n "$3" "$archive/$1" "$wal/$2" ;;
    esac || [ ! -e "$wal/$2" ] || { echo "$1"; exit 0; }
  fi
  shift 3
done`;

const CONTIGUOUS = 'WAL segments without a gap';

export async function archive(assertion: ArchiveAssertion, context: CheckContext): Promise<Outcome> {
  const { directory, from, to, partial, upTo } = assertion;
  const [state, ...lines] = (await look(context, LIST, [directory])).trimEnd().split('\n');
  if (state === 'absent') return unseen(CONTIGUOUS, `there is no directory ${directory}`);

  const isHistory = (line: string) => line.includes('.history:');
  const found = parseArchive(
    lines.filter((line) => !isHistory(line)),
    lines.filter(isHistory),
  );
  const newest = found.segments.at(-1);
  if (!newest) return differs(CONTIGUOUS, 'no WAL segments');

  const missing = uncovered(found, from, to) ?? gapIn(found);
  if (missing) return unseen(covering(from, to), missing);
  if (partial !== undefined && newest.partial !== partial) {
    return differs(`${partial ? 'a' : 'no'} .partial segment at the end`, `${newest.file} at the end`);
  }
  return upTo === undefined ? HOLDS : reaches(found, directory, upTo, context);
}

function covering(from: string | undefined, to: string | undefined): string {
  if (from && to) return `every WAL segment from ${from} to ${to}`;
  return from ?? to ?? CONTIGUOUS;
}

function uncovered({ segments }: Archive, from: string | undefined, to: string | undefined): string | null {
  const [first, last] = [from, to].map((name) => {
    const segment = name === undefined ? undefined : parseSegment(name, 0);
    if (name !== undefined && !segment) throw new Error(`${name} is no name of a WAL segment.`);
    return segment;
  });
  const has = (timelines: [number, number], number: number) =>
    segments.some((s) => s.number === number && s.timeline >= timelines[0] && s.timeline <= timelines[1]);
  for (const end of [first, last]) {
    if (end && !has([end.timeline, end.timeline], end.number))
      return `${segmentName(end.timeline, end.number)} is missing`;
  }
  if (!first || !last) return null;
  for (let number = first.number; number <= last.number; number++) {
    if (!has([first.timeline, last.timeline], number)) return `${segmentName(last.timeline, number)} is missing`;
  }
  return null;
}

const WRITTEN = `
SELECT lsn, ('x' || substr(pg_walfile_name(lsn), 1, 8))::bit(32)::int, current_setting('data_directory') || '/pg_wal'
FROM pg_current_wal_flush_lsn() AS lsn`;

/** All that the cluster has flushed on its timeline, since the oldest segment in the archive, is there byte for byte. */
async function reaches(
  { segments }: Archive,
  directory: string,
  cluster: string,
  context: CheckContext,
): Promise<Outcome> {
  const expected = `all that ${cluster} has written`;
  try {
    const [[lsn = '', timeline = '', wal = ''] = []] = await context.sql.query(cluster, WRITTEN, {
      signal: context.signal,
    });
    // The byte before the LSN is the last that is written.
    const end = position(lsn) - 1;
    const last = Math.floor(end / SEGMENT_BYTES);
    const own = segments.filter((s) => s.timeline === Number(timeline) && s.number <= last);
    const newest = own.at(-1);
    if (newest?.number !== last) {
      const missing = `${segmentName(Number(timeline), last)}, which ${cluster} writes to, is not in the archive`;
      return unseen(expected, missing);
    }
    const bytes = ({ number, partial }: Segment) =>
      number === last ? (end % SEGMENT_BYTES) + 1 : partial ? 0 : SEGMENT_BYTES;
    const pairs = own.flatMap((s) => [s.file, segmentName(s.timeline, s.number), String(bytes(s))]);
    const different = (await look(context, COMPARE, [directory, wal, ...pairs])).trim();
    if (!different) return HOLDS;
    const late = different === newest.file;
    const actual = late
      ? `the newest of what ${cluster} has written is not in ${different} yet`
      : `${different} differs from what ${cluster} wrote`;
    return unseen(expected, actual);
  } catch (error) {
    return notYet(error, expected);
  }
}
