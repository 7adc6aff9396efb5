import { EventEmitter } from 'node:events';
import unicode11 from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';

/** A real screen for the compositor to write to: what a person would see in it. */
export class ScreenEmulator extends EventEmitter {
  readonly isTTY = true;
  columns: number;
  rows: number;
  /** Everything written, in its pieces. */
  readonly writes: string[] = [];
  /** False: the next writes say that the line is full. */
  open = true;
  readonly xterm;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.xterm = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.xterm.loadAddon(new unicode11.Unicode11Addon());
    this.xterm.unicode.activeVersion = '11';
  }

  write(text: string): boolean {
    this.writes.push(text);
    this.xterm.write(text);
    return this.open;
  }

  resizeTo(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.xterm.resize(columns, rows);
    this.emit('resize');
  }

  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.xterm.write('', resolve));
    const { active } = this.xterm.buffer;
    return Array.from({ length: this.rows }, (_, y) =>
      active
        .getLine(active.viewportY + y)!
        .translateToString(true)
        .trimEnd(),
    );
  }

  cell(x: number, y: number) {
    const { active } = this.xterm.buffer;
    return active.getLine(active.viewportY + y)!.getCell(x)!;
  }

  get stream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream;
  }
}
