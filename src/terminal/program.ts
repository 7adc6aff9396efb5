import type { IBufferLine, Terminal as Xterm } from '@xterm/headless';

export type ProgramKind = 'pager' | 'full-screen' | 'line-editor';

/** What kind of program has drawn what is shown. */
export function kindOfProgram({ buffer: { active }, modes }: Xterm, cursorVisible: boolean): ProgramKind | undefined {
  const row = active.getLine(active.baseY + active.cursorY);
  if (cursorVisible && row && isPagerPrompt(row, active.cursorX)) return 'pager';
  if (active.type === 'alternate') return 'full-screen';
  return modes.bracketedPasteMode ? 'line-editor' : undefined;
}

/** What less and more show while they wait for a key: a colon, or words that stand out, with the cursor right behind. */
function isPagerPrompt(row: IBufferLine, end: number): boolean {
  const text = row.translateToString(true).trimEnd();
  if (text === '' || row.translateToString(false, end).trim() !== '') return false;
  if (text === ':') return end === 1;
  for (let x = 0; x < end; x++) if (!row.getCell(x)?.isInverse()) return false;
  return end > 0;
}
