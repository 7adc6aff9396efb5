import type { IBuffer } from '@xterm/headless';

export interface Place {
  line: number;
  column: number;
}

/** The text from one place to another: rows that were wrapped are joined, trailing blanks taken away. */
export function textBetween(buffer: IBuffer, from: Place, to: Place): string {
  const lines: string[] = [];
  let joined = '';
  for (let y = from.line; y <= to.line; y++) {
    const row = buffer.getLine(y);
    if (!row) break;
    const begin = y === from.line ? from.column : 0;
    const end = y === to.line ? to.column : row.length;
    if (end > begin) joined += row.translateToString(true, begin, end);
    if (y < to.line && buffer.getLine(y + 1)?.isWrapped) continue;
    lines.push(joined.trimEnd());
    joined = '';
  }
  return lines.join('\n').trimEnd();
}
