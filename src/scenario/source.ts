import { parseDocument } from 'yaml';

export interface Parts {
  /** The whole document with `\n` line ends and no byte order mark. Lines are those of the source, and so are columns. */
  text: string;
  /** The front matter between its `---` lines; it begins on line 2. */
  header: string;
  /** The line, from 1, that the body begins on. */
  bodyLine: number;
}

/** Tells front matter from body; a string says why that cannot be done. */
export function splitDocument(source: string): Parts | string {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const lines = text.split('\n');
  if (lines[0]?.trimEnd() !== '---') {
    return 'The document must begin with front matter: a line "---", the settings, and a line "---".';
  }
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  if (end < 0) return 'The front matter is never closed. End it with a line "---".';
  return { text, header: lines.slice(1, end).join('\n'), bodyLine: end + 2 };
}

/** The settings of front matter, not checked in any way. */
export function loosely(source: string): { data: Record<string, unknown>; legible: boolean } {
  const document = parseDocument(source, { schema: 'failsafe', prettyErrors: false, logLevel: 'silent' });
  const legible = document.errors.length === 0;
  try {
    return { data: mapping(document.toJS()), legible };
  } catch {
    // An alias without its anchor.
    return { data: {}, legible: false };
  }
}

/** What is no mapping is an empty one. */
export const mapping = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
