import { Lexer, type Token, type Tokens } from 'marked';

/** A top-level piece of a document's body. Lines and columns are those of the document, from 1. */
export type Piece = HeadingPiece | FencePiece | HintPiece | TextPiece;

export interface HeadingPiece {
  kind: 'heading';
  depth: number;
  /** Without inline Markdown. */
  title: string;
  /** Underlined with `---` or `===` rather than begun with `#`. */
  underlined: boolean;
  line: number;
}

export interface FencePiece {
  kind: 'fence';
  /** What stands after the opening backticks, and the column it begins in. */
  info: string;
  column: number;
  text: string;
  /** Columns taken off in front of each line of the text. */
  indent: number;
  closed: boolean;
  line: number;
}

export interface HintPiece {
  kind: 'hint';
  summary: string;
  markdown: string;
  /** The line that the Markdown begins on. */
  contentLine: number;
  closed: boolean;
  line: number;
}

export interface TextPiece {
  kind: 'text';
  markdown: string;
  line: number;
}

const DETAILS = /^\s*<details\b[^>]*>(?:\s*<summary\b[^>]*>([\s\S]*?)<\/summary>)?/i;
const END_OF_DETAILS = /<\/details\s*>/i;

/** Takes a body apart. Joined again, the raw text of marked's tokens is the body: that is where positions come from. */
export function takeApart(body: string, firstLine: number): Piece[] {
  const pieces: Piece[] = [];
  const tokens = lex(body);
  let line = firstLine;
  let text = '';
  let textLine = line;
  const flush = (): void => {
    const blank = /^(?:[^\S\n]*\n)*/.exec(text)![0];
    if (text.trim())
      pieces.push({ kind: 'text', markdown: text.slice(blank.length).trimEnd(), line: textLine + lines(blank) });
    text = '';
  };
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    if (token.type === 'html' && DETAILS.test(token.raw)) {
      flush();
      let { raw } = token;
      while (!closingTag(tokens[index]!) && index + 1 < tokens.length) raw += tokens[++index]!.raw;
      const { hint, rest } = readDetails(raw, tokens[index]!, line);
      pieces.push(hint);
      line += lines(raw.slice(0, raw.length - rest.length));
      // What follows on the same lines is read as if it had begun a new block.
      tokens.splice(index + 1, 0, ...lex(rest));
      continue;
    }
    if (token.type === 'heading' && token.depth <= 2) {
      flush();
      pieces.push(readHeading(token as Tokens.Heading, line));
    } else if (token.type === 'code' && token.codeBlockStyle !== 'indented') {
      flush();
      pieces.push(readFence(token as Tokens.Code, line));
    } else if (!isComment(token)) {
      if (!text) textLine = line;
      text += token.raw;
    } else flush();
    line += lines(token.raw);
  }
  flush();
  return pieces;
}

/** Blocks only: what is within a line is for those who show it. */
const lex = (body: string): Token[] => new Lexer().blockTokens(body);

const lines = (raw: string): number => raw.split('\n').length - 1;
const isComment = (token: Token): boolean => token.type === 'html' && /^\s*<!--[\s\S]*-->\s*$/.test(token.raw);
const closingTag = (token: Token): boolean => token.type !== 'code' && END_OF_DETAILS.test(token.raw);

function readHeading(token: Tokens.Heading, line: number): HeadingPiece {
  return {
    kind: 'heading',
    depth: token.depth,
    title: plain(Lexer.lexInline(token.text)),
    underlined: !/^ {0,3}#/.test(token.raw),
    line,
  };
}

const plain = (tokens: Token[]): string =>
  tokens
    .map((token) => ('tokens' in token && token.tokens ? plain(token.tokens) : (token as Tokens.Text).text))
    .join('');

function readFence({ raw, text }: Tokens.Code, line: number): FencePiece {
  const [, margin = '', fence = '', gap = '', info = ''] = /^( *)(`{3,}|~{3,})([ \t]*)(.*)/.exec(raw)!;
  const last = raw.trimEnd().split('\n').slice(1).at(-1)?.trim() ?? '';
  const closed = last.startsWith(fence) && last.replaceAll(fence[0]!, '') === '';
  const column = margin.length + fence.length + gap.length + 1;
  return { kind: 'fence', info: info.trimEnd(), column, text, indent: margin.length, closed, line };
}

/** `raw` begins with `<details>`; its end, if it has one, is in `last`, the last token of it. */
function readDetails(raw: string, last: Token, line: number): { hint: HintPiece; rest: string } {
  const [opening, summary = ''] = DETAILS.exec(raw)!;
  // An end in an earlier token would be inside a fence.
  const from = Math.max(opening.length, raw.length - last.raw.length);
  const end = END_OF_DETAILS.exec(raw.slice(from));
  const content = end ? raw.slice(opening.length, from + end.index) : raw.slice(opening.length);
  const blank = /^(?:[^\S\n]*\n)*/.exec(content)![0];
  const hint: HintPiece = {
    kind: 'hint',
    summary: summary.trim() || 'Hint',
    markdown: content.slice(blank.length).trimEnd(),
    contentLine: line + lines(opening) + lines(blank),
    closed: end !== null,
    line: line + lines(/^\s*/.exec(raw)![0]),
  };
  return { hint, rest: end ? raw.slice(from + end.index + end[0].length) : '' };
}

/** The slug that code-hosting sites give a heading. */
export const slug = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\s-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
