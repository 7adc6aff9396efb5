import unicode11Addon from '@xterm/addon-unicode11';
import type { IUnicodeVersionProvider, Terminal as Xterm } from '@xterm/headless';

/** Characters that may be joined to one: accents stand in twos or threes, and of a family each member has a cell. */
const MOST_JOINED = 8;
const NAME = '11, bounded';

/**
 * Widths of Unicode 11, where a cell takes a bounded number of characters: those after that stand for themselves. Else a line
 * of combining characters would make one cell as long as a program likes.
 */
export function useWidths(xterm: Xterm): void {
  let unicode11: IUnicodeVersionProvider | undefined;
  const capture = { register: (provider: IUnicodeVersionProvider) => (unicode11 = provider) };
  new unicode11Addon.Unicode11Addon().activate({ unicode: capture } as unknown as Xterm);
  const { wcwidth, charProperties } = unicode11!;
  xterm.unicode.register({
    version: NAME,
    wcwidth: wcwidth.bind(unicode11),
    // The lowest bit says "joined", two bits the width; above them is ours, and comes back as the state before the next one.
    charProperties(code, before) {
      const properties = charProperties.call(unicode11, code, before & 7);
      if ((properties & 1) === 0) return properties;
      const joined = (before >> 3) + 1;
      return joined > MOST_JOINED ? ALONE : properties | (joined << 3);
    },
  });
  xterm.unicode.activeVersion = NAME;
}

/** One column, not joined, and nothing to join. */
const ALONE = ((MOST_JOINED + 1) << 3) | (1 << 1);

/** How many bytes at the end begin a character of UTF-8 that goes on after them. */
export function cutOffBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
