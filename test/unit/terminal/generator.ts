/** Terminal output at random: what programs print, what they might, and what no program should. The same for the same seed. */
export class Generator {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761) >>> 0 || 1;
  }

  /** From 0 to `below` - 1. */
  number(below: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % below;
  }

  one<T>(of: readonly T[]): T {
    return of[this.number(of.length)]!;
  }

  many(most: number, piece: () => string): string {
    return Array.from({ length: this.number(most) }, piece).join('');
  }

  /** Some pieces of output. Not always whole characters, nor whole sequences. */
  output(pieces: number): Buffer {
    const bytes = Buffer.concat(Array.from({ length: pieces }, () => Buffer.from(this.#piece())));
    const noise =
      this.number(4) === 0 ? Buffer.from(Array.from({ length: this.number(9) }, () => this.number(256))) : '';
    return Buffer.concat([bytes, Buffer.from(noise as string)]);
  }

  #piece(): string {
    return this.one(KINDS)(this);
  }
}

type Kind = (random: Generator) => string;
const SHELLS = ['real', 'inner', 'psql1', '', ';', '%', '\u202e', 'x'.repeat(50)];
const TEXTS = [
  'a',
  'word ',
  '你好',
  'e\u0301',
  '\u0301',
  '👩‍👩‍👧',
  '\u202eabc',
  '\u200b',
  '\ufeff',
  '\u{10ffff}',
  '$ ',
  ':',
  'ERROR:  x',
];
const text: Kind = (random) => random.many(12, () => random.one(TEXTS));
const parameters: Kind = (random) =>
  random.many(
    6,
    () =>
      random.one(['0', '1', '2', '3', '7', '25', '999999999', '4294967296', '', '-1', '38:2:1:2:3']) +
      random.one([';', ';', ':', '']),
  );
const mark =
  (body: string): Kind =>
  (random) =>
    `\x1b]133;${body}${random.one(['\x07', '\x1b\\', ''])}`;

const KINDS: Kind[] = [
  text,
  text,
  (random) =>
    random.many(30, () =>
      random.one([
        '\r\n',
        '\n',
        '\r',
        '\b',
        '\t',
        '\x07',
        '\x0b',
        '\x0c',
        '\x0e',
        '\x0f',
        '\0',
        '\x18',
        '\x1a',
        '\x7f',
      ]),
    ),
  (random) => `${text(random)}\r\n`.repeat(random.number(60)),
  (random) =>
    `\x1b[${random.one(['', '?', '>', '=', '!'])}${parameters(random)}${random.one([...'@ABCDEFGHIJKLMPSTXZ`abcdefghlmnpqrstux', ' q', '$p'])}`,
  (random) =>
    `\x1b[?${random.one(['1', '3', '6', '7', '9', '12', '25', '45', '47', '66', '1000', '1002', '1003', '1004', '1005', '1006', '1047', '1048', '1049', '2004', '2026'])}${random.one(['h', 'l'])}`,
  (random) =>
    random.one([
      '\x1b[?1049h',
      '\x1b[?1049l',
      '\x1bc',
      '\x1b[!p',
      '\x1b[2J',
      '\x1b[3J',
      '\x1b[H\x1b[2J',
      '\x1b[H\x1b[J',
      '\x1b#8',
    ]),
  (random) => `\x1b${random.one([...'78=>DEHMNOPVWXZ\\]^_clmno|}~', '(0', '(B', ')0', '#3', '#8', '%G', ' F'])}`,
  (random) => `\x1b[${random.number(300)};${random.number(300)}${random.one(['H', 'r', 'f'])}`,
  (random) =>
    `\x1b[${random.many(4, () => `${random.one(['0', '1', '4', '7', '38;5;', '48;2;1;2;', '58;5;'])}${random.number(256)};`)}m`,
  (random) =>
    `\x1b]${random.one(['0', '1', '2', '4', '7', '8', '10', '52', '104', '133', '633', '1337', ''])};${text(random)}${random.one(['\x07', '\x1b\\', ''])}`,
  (random) =>
    `\x1b${random.one(['P', '_', '^', 'X'])}${random.one(['$q', '+q', '1$r', ''])}${text(random)}${random.one(['\x1b\\', ''])}`,
  (random) =>
    mark(
      `${random.one(['A', 'B', 'C', 'D', 'Z', ''])}${random.many(8, () => `;${random.one([...SHELLS, 'true', 'false', '0', '%0A', '%1', '99999999999', 'more', 'copy'])}`)}`,
    )(random),
  (random) => mark(`D;${random.number(300)};/tmp;${random.one(SHELLS)}`)(random),
  (random) =>
    mark(`D;${random.one(['true', 'false'])};00000;db;5432;${random.one(SHELLS)};${random.one(['=', '!', ''])}`)(
      random,
    ),
  (random) =>
    mark(`A;${random.one(['bash', 'psql', 'more', 'copy', 'bash;0;real', 'bash;7;inner', 'bash;1;', "more;'"])}`)(
      random,
    ),
  mark('B'),
  (random) => mark(`C;${random.one(['ls', 'psql', '%0A', ''])};${random.one(SHELLS)}`)(random),
  (random) => promptOf(random.one(SHELLS), random.number(300)),
  (random) => `${text(random)}\r\n\x1b[?2004l\r`,
];

/** A prompt of bash, as it draws it. */
export const promptOf = (shell: string, status = 0): string =>
  `\x1b]133;D;${status};/;${shell}\x07\x1b[?2004h\x1b]133;A;bash;${status};${shell}\x07$ \x1b]133;B\x07`;
