/** Where matches may end, each once, from left to right. */
type Places = readonly number[];
/** From the places that matches of what stands before may end at, to those that they end at with this. */
type Piece = (text: string, from: Places) => Places;

/**
 * Whether the whole text is what a regular expression says, in time by its length: it is followed along all ways at once,
 * and not down one after another. Of regular expressions there are literals, `.`, classes, `\d`, groups `(?:a|b)`, `?`,
 * `{n}` and `{n,m}`, and `*` and `+` of a single character. Throws at anything else.
 */
export function linear(source: string): (text: string) => boolean {
  const reader = new Reader(source);
  const piece = reader.alternatives();
  if (!reader.ended) throw new Error(`/${source}/ is more than is understood here.`);
  return (text) => piece(text, [0]).at(-1) === text.length;
}

type Test = (character: string) => boolean;

class Reader {
  #at = 0;
  readonly #source: string;
  constructor(source: string) {
    this.#source = source;
  }

  get ended(): boolean {
    return this.#at === this.#source.length;
  }

  alternatives(): Piece {
    const all = [this.#sequence()];
    while (this.#take('|')) all.push(this.#sequence());
    return all.length === 1 ? all[0]! : (text, from) => all.map((piece) => piece(text, from)).reduce(union);
  }

  #sequence(): Piece {
    const pieces: Piece[] = [];
    while (!this.ended && !'|)'.includes(this.#source[this.#at]!)) pieces.push(this.#quantified());
    return (text, from) => {
      let places = from;
      for (const piece of pieces) {
        if (places.length === 0) break;
        places = piece(text, places);
      }
      return places;
    };
  }

  #quantified(): Piece {
    let test: Test | undefined;
    let piece: Piece;
    if (this.#take('(?:')) {
      piece = this.alternatives();
      if (!this.#take(')')) throw new Error(`A group of /${this.#source}/ is not closed.`);
    } else {
      test = this.#character();
      piece = one(test);
    }
    if (this.#take('?')) return optional(piece);
    if (test && this.#take('*')) return optional(run(test));
    if (test && this.#take('+')) return run(test);
    const [whole, least, comma, most] = /^\{(\d+)(,?)(\d*)\}/.exec(this.#source.slice(this.#at)) ?? [];
    if (whole === undefined) return piece;
    this.#at += whole.length;
    const must = Number(least);
    const may = (comma ? Number(most) : must) - must;
    return (text, from) => {
      let places = from;
      for (let i = 0; i < must; i++) places = piece(text, places);
      for (let i = 0; i < may; i++) places = union(places, piece(text, places));
      return places;
    };
  }

  #character(): Test {
    const start = this.#source[this.#at++]!;
    if (start === '.') return () => true;
    if ('?*+{()^$'.includes(start)) throw new Error(`/${this.#source}/ has a "${start}" that is not understood here.`);
    if (start === '\\') return this.#escaped();
    if (start !== '[') return (character) => character === start;
    const tests: Test[] = [];
    while (!this.#take(']')) {
      const from = this.#source[this.#at++]!;
      if (from === '\\') tests.push(this.#escaped());
      else if (this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']') {
        const to = this.#source[this.#at + 1]!;
        this.#at += 2;
        tests.push((character) => character >= from && character <= to);
      } else tests.push((character) => character === from);
    }
    return (character) => tests.some((test) => test(character));
  }

  #escaped(): Test {
    const escaped = this.#source[this.#at++]!;
    if (escaped === 'd') return (character) => character >= '0' && character <= '9';
    if (/\w/.test(escaped)) throw new Error(`\\${escaped} is not understood here.`);
    return (character) => character === escaped;
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

const one =
  (test: Test): Piece =>
  (text, from) => {
    const places: number[] = [];
    for (const place of from) if (place < text.length && test(text[place]!)) places.push(place + 1);
    return places;
  };

const optional =
  (piece: Piece): Piece =>
  (text, from) =>
    union(from, piece(text, from));

/** One such character or more. */
const run =
  (test: Test): Piece =>
  (text, from) => {
    const places: number[] = [];
    let end = 0;
    for (const place of from) {
      // A run that begins within one before it has been seen to its end.
      if (place < end) continue;
      for (end = place; end < text.length && test(text[end]!); ) places.push(++end);
    }
    return places;
  };

/** Both in order. */
function union(a: Places, b: Places): Places {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const places: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const next = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    if (a[i] === next) i++;
    if (b[j] === next) j++;
    places.push(next);
  }
  return places;
}
