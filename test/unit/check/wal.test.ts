import { describe, expect, test } from 'vitest';
import { gapIn, parseArchive, parseSegment, position, SEGMENT_BYTES, segmentName } from '../../../src/check/wal.ts';

const whole = (...names: string[]) => names.map((name) => `${name}\t${SEGMENT_BYTES}`);
const gap = (names: string[], histories: string[] = []) => gapIn(parseArchive(whole(...names), histories));

describe('the name of a WAL segment', () => {
  test('counts 256 segments to a log file', () => {
    expect(parseSegment('0000000100000000000000FF', 0)?.number).toBe(255);
    expect(parseSegment('000000010000000100000000', 0)?.number).toBe(256);
    expect(segmentName(1, 256)).toBe('000000010000000100000000');
    expect(parseSegment('000000010000000000000100', 0)).toBeUndefined();
  });

  test('may end in a compression and in .partial', () => {
    expect(parseSegment('000000020000000000000003.gz.partial', 9)).toMatchObject({
      timeline: 2,
      number: 3,
      compressed: true,
      partial: true,
    });
    expect(parseSegment('00000002.history', 9)).toBeUndefined();
    expect(parseSegment('000000010000000000000003.00000028.backup', 9)).toBeUndefined();
  });

  test('goes with a position in the log', () => {
    expect(position('1/3000148')).toBe(2 ** 32 + 0x3000148);
  });
});

describe('an archive', () => {
  test('without a gap has nothing to tell', () => {
    expect(
      gap(['000000010000000000000002', '000000010000000000000003', '000000010000000000000004.partial']),
    ).toBeNull();
    expect(gap(['0000000100000000000000FE', '0000000100000000000000FF', '000000010000000100000000'])).toBeNull();
  });

  test('names the segment that is missing', () => {
    expect(gap(['000000010000000000000002', '000000010000000000000004'])).toBe('000000010000000000000003 is missing');
    expect(gap(['0000000100000000000000FE', '000000010000000100000000'])).toBe('0000000100000000000000FF is missing');
  });

  test('has a gap where a .partial is followed by more', () => {
    const names = ['000000010000000000000002.partial', '000000010000000000000003'];
    expect(gap(names)).toBe('000000010000000000000002 is only there as .partial');
    expect(gap([...names, '000000010000000000000002'])).toBeNull();
  });

  test('has a gap where a copy was cut off', () => {
    const archive = parseArchive(['000000010000000000000002\t4096'], []);
    expect(gapIn(archive)).toBe('000000010000000000000002 has 4096 bytes and not 16777216');
    expect(gapIn(parseArchive(['000000010000000000000002.gz\t4096'], []))).toBeNull();
  });

  test('goes on from one timeline to the next at the switch', () => {
    const history = ['00000002.history:1\t0/3000148\tno recovery target specified'];
    const one = ['000000010000000000000002', '000000010000000000000003.partial'];
    expect(gap([...one, '000000020000000000000003'], history)).toBeNull();
    expect(gap([...one, '000000020000000000000004'], history)).toBe('000000020000000000000003 is missing');
    expect(gap(['000000010000000000000001', '000000020000000000000003'], history)).toBe(
      '000000010000000000000002 is missing',
    );
    expect(gap([...one, '000000020000000000000005'])).toBe('000000010000000000000004 is missing');
  });

  test('may hold two timelines that left the same one', () => {
    const histories = ['00000002.history:1\t0/3000148\tx', '00000003.history:1\t0/2000148\tx'];
    const names = ['000000010000000000000001', '000000010000000000000002', '000000020000000000000003'];
    expect(gap([...names, '000000030000000000000002'], histories)).toBeNull();
    expect(gap([...names, '000000030000000000000003'], histories)).toBe('000000030000000000000002 is missing');
  });

  test('reads the parent of a grandchild from its last line', () => {
    const histories = ['00000003.history:1\t0/2000148\tx', '00000003.history:2\t0/4000148\tx'];
    expect(parseArchive([], histories).forks.get(3)).toEqual({ parent: 2, number: 4 });
  });
});
