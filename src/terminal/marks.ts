/**
 * The OSC 133 marks that `lab-images/postgres/files/bashrc` and `psqlrc` emit. `shell` names the very program that speaks,
 * so that one started inside another is told from it.
 */
export type Mark =
  | { kind: 'end'; app: 'bash'; shell: string; status: string; cwd: string }
  | {
      kind: 'end';
      app: 'psql';
      shell: string;
      error: boolean;
      sqlstate: string;
      database: string;
      port: number;
      line: string;
    }
  /**
   * A prompt begins: a primary one, one for the rest of an unfinished command, or one for a line of COPY data. `line` is what
   * psql calls the line (`%R`). bash says once more how the command ended, for when its D was lost.
   */
  | { kind: 'prompt'; prompt: 'primary' | 'more' | 'copy'; line: string; bash?: { shell: string; status: string } }
  /** The prompt has been written; what is typed follows. */
  | { kind: 'input' }
  | { kind: 'output'; shell: string; command: string };

/** Parses what stands behind `133;`. Undefined for what is not one of ours. */
export function parseMark(data: string): Mark | undefined {
  const [letter, ...fields] = data.split(';');
  const [first = '', second = '', third = '', fourth = '', fifth = '', sixth = ''] = fields;
  switch (letter) {
    case 'A':
      if (first === 'more' || first === 'copy') return { kind: 'prompt', prompt: first, line: second };
      if (first === 'psql' || fields.length < 3) return { kind: 'prompt', prompt: 'primary', line: '' };
      return { kind: 'prompt', prompt: 'primary', line: '', bash: { status: second, shell: third } };
    case 'B':
      return { kind: 'input' };
    case 'C':
      return { kind: 'output', shell: second || 'bash', command: decode(first) };
    case 'D':
      if (fields.length <= 3)
        return { kind: 'end', app: 'bash', shell: third || 'bash', status: first, cwd: decode(second) };
      return {
        kind: 'end',
        app: 'psql',
        shell: fifth || 'psql',
        error: first === 'true',
        sqlstate: second,
        database: third,
        port: Number(fourth),
        line: sixth,
      };
    default:
      return undefined;
  }
}

const decode = (text: string): string =>
  text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
