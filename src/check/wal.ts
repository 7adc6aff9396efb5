/** Labs are made by initdb's defaults: segments of 16 MB, 256 of them to each of the middle eight digits. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;
const PER_LOG = 0x1_0000_0000 / SEGMENT_BYTES;

export interface Segment {
  timeline: number;
  /** Counted over the whole log, from 0. */
  number: number;
  partial: boolean;
  compressed: boolean;
  /** Name of its file. */
  file: string;
  bytes: number;
}

/** Where a timeline left its parent, from its history file. */
export interface Fork {
  parent: number;
  /** The segment with the switch, the first that the new timeline writes. */
  number: number;
}

export interface Archive {
  /** In the order of timelines, then numbers. A .partial whose whole segment is there as well is left out. */
  segments: Segment[];
  forks: Map<number, Fork>;
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');

export const segmentName = (timeline: number, number: number): string =>
  hex(timeline) + hex(Math.floor(number / PER_LOG)) + hex(number % PER_LOG);

export function parseSegment(file: string, bytes: number): Segment | undefined {
  const [, timeline, log, low, compressed, partial] =
    /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(\.gz|\.lz4|\.zst)?(\.partial)?$/.exec(file) ?? [];
  if (!timeline || !log || !low || parseInt(low, 16) >= PER_LOG) return undefined;
  return {
    timeline: parseInt(timeline, 16),
    number: parseInt(log, 16) * PER_LOG + parseInt(low, 16),
    partial: partial !== undefined,
    compressed: compressed !== undefined,
    file,
    bytes,
  };
}

/** Bytes since the beginning of the log, of an LSN such as `0/3000148`. Exact up to 8 PB. */
export function position(lsn: string): number {
  const [high = '', low = ''] = lsn.split('/');
  return parseInt(high, 16) * 0x1_0000_0000 + parseInt(low, 16);
}

/** From `name<tab>bytes` lines, and lines of history files as grep -H prints them. */
export function parseArchive(files: string[], histories: string[]): Archive {
  const segments = files
    .map((line) => line.split('\t'))
    .flatMap(([name = '', bytes]) => parseSegment(name, Number(bytes)) ?? [])
    .sort((a, b) => a.timeline - b.timeline || a.number - b.number || Number(a.partial) - Number(b.partial))
    .filter((segment, index, all) => {
      const before = all[index - 1];
      return before?.timeline !== segment.timeline || before.number !== segment.number;
    });
  const forks = new Map<number, Fork>();
  for (const line of histories) {
    // The last line of a history file is about the parent, so it wins.
    const [, timeline, parent, lsn] = /^([0-9A-F]{8})\.history:(\d+)\t([0-9A-F]+\/[0-9A-F]+)/.exec(line) ?? [];
    if (timeline && lsn)
      forks.set(parseInt(timeline, 16), { parent: Number(parent), number: Math.floor(position(lsn) / SEGMENT_BYTES) });
  }
  return { segments, forks };
}

/** What keeps a recovery from going through all that is archived, as a clause; null when nothing does. */
export function gapIn({ segments, forks }: Archive): string | null {
  const timelines = Map.groupBy(segments, ({ timeline }) => timeline);
  let before: number | undefined;
  for (const [timeline, list] of timelines) {
    const gap = gapOn(timeline, list) ?? gapAt(timeline, list, timelines, forks.get(timeline), before);
    if (gap) return gap;
    before = timeline;
  }
  return null;
}

function gapOn(timeline: number, list: Segment[]): string | null {
  for (const [index, segment] of list.entries()) {
    const next = list[index + 1];
    if (!segment.partial && !segment.compressed && segment.bytes !== SEGMENT_BYTES) {
      return `${segment.file} has ${segment.bytes} bytes and not ${SEGMENT_BYTES}`;
    }
    if (!next) continue;
    if (segment.partial) return `${segmentName(timeline, segment.number)} is only there as .partial`;
    if (next.number > segment.number + 1) return `${segmentName(timeline, segment.number + 1)} is missing`;
  }
  return null;
}

/** Between a timeline and its parent. Without a history file the timeline before it is taken for the parent. */
function gapAt(
  timeline: number,
  list: Segment[],
  timelines: Map<number, Segment[]>,
  fork: Fork | undefined,
  before: number | undefined,
): string | null {
  const first = list[0]!.number;
  const parent = fork?.parent ?? before;
  const last = parent === undefined ? undefined : timelines.get(parent)?.at(-1)?.number;
  if (parent === undefined || last === undefined) return null;
  const start = fork?.number ?? first;
  if (last < start - 1) return `${segmentName(parent, last + 1)} is missing`;
  return first > start ? `${segmentName(timeline, start)} is missing` : null;
}
