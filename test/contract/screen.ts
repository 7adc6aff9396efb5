import type { Pty } from '../../src/terminal/pty.ts';

/** What a pseudo-terminal has said, and a way to wait for more. */
export class Screen {
  text = '';
  readonly ended: Promise<void>;
  readonly #pty: Pty;
  #waiting: (() => void)[] = [];

  constructor(pty: Pty) {
    this.#pty = pty;
    pty.onData((bytes) => {
      this.text += Buffer.from(bytes).toString();
      for (const look of this.#waiting) look();
    });
    this.ended = new Promise((resolve) => pty.onExit(resolve));
  }

  /** Waits until a pattern stands in what was said since the last match, and forgets all up to its end. */
  sees(pattern: RegExp, within = 30_000): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#forget(look);
        reject(new Error(`${pattern} did not come. This did: ${JSON.stringify(this.text.slice(-500))}`));
      }, within);
      const look = () => {
        const match = pattern.exec(this.text);
        if (!match) return;
        this.text = this.text.slice(match.index + match[0].length);
        clearTimeout(timer);
        this.#forget(look);
        resolve(match);
      };
      this.#waiting.push(look);
      look();
    });
  }

  type(text: string): void {
    this.#pty.write(text);
  }

  /** Runs a command whose result is told from its echo: `<status>!` and what it printed before. */
  async runs(command: string): Promise<string> {
    this.text = '';
    this.type(`${command}; echo "<"$?">"\r`);
    const [before] = await this.sees(/[\s\S]*?<\d+>/);
    return before;
  }

  #forget(look: () => void): void {
    this.#waiting = this.#waiting.filter((other) => other !== look);
  }
}
