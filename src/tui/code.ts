import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import pgsql from 'highlight.js/lib/languages/pgsql';
import { type Line, printable, type Span } from './text.ts';
import { type Style, theme } from './theme.ts';

hljs.registerLanguage('sh', bash);
hljs.registerLanguage('bash', bash);
hljs.registerLanguage('sql', pgsql);
hljs.registerLanguage('pgsql', pgsql);

const STYLES: Record<string, Style> = {
  keyword: { bold: true },
  built_in: { color: 'cyan' },
  type: { color: 'cyan' },
  string: { color: 'green' },
  number: { color: 'magenta' },
  literal: { color: 'magenta' },
  variable: { color: 'magenta' },
  comment: theme.faint,
};

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#x27': "'", '#39': "'", nbsp: ' ' };
export const decode = (text: string): string => text.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole);

/** The lines of a piece of code, highlighted where the language is one of the lessons' own. */
export function highlight(text: string, language: string): Line<never>[] {
  const clean = printable(text).replace(/\n+$/, '');
  if (!hljs.getLanguage(language)) return clean.split('\n').map((row) => [{ text: row, style: theme.plain }]);
  const lines: Span<never>[][] = [[]];
  const open: Style[] = [theme.plain];
  // highlight.js emits nothing but escaped text and <span class="hljs-…">.
  for (const [, name, closing, run] of hljs
    .highlight(clean, { language })
    .value.matchAll(/<span class="hljs-(\w+)[^"]*">|(<\/span>)|([^<]+)/g)) {
    if (name) open.push({ ...open.at(-1)!, ...STYLES[name] });
    else if (closing) open.pop();
    else
      decode(run!)
        .split('\n')
        .forEach((part, index) => {
          if (index > 0) lines.push([]);
          if (part) lines.at(-1)!.push({ text: part, style: open.at(-1)! });
        });
  }
  return lines;
}
