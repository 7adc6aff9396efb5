import { lexer, type Token, type Tokens } from 'marked';
import { decode, highlight } from './code.ts';
import { blank, type Line, line, lineWidth, printable, span, truncate, wrap } from './text.ts';
import { type Style, theme } from './theme.ts';

/** Renders Markdown as lines of at most `columns`. Blocks are parted by one blank line; there is none at the end. */
export function renderMarkdown(markdown: string, columns: number): Line<never>[] {
  return renderBlocks(lexer(printable(markdown)), columns);
}

/** Text that stands in a line of its own, such as a check's name: emphasis, code and links, no blocks. */
export function renderInline(markdown: string, style: Style = theme.plain): Line<never> {
  const first = lexer(printable(markdown).replaceAll('\n', ' ').trim())[0];
  // What looks like a list or a heading is only text here.
  return first?.type === 'paragraph' ? inline(first.tokens, style) : line(markdown.replaceAll('\n', ' ').trim(), style);
}

function renderBlocks(tokens: Token[], columns: number): Line<never>[] {
  const blocks = tokens.map((token) => renderBlock(token, columns)).filter((lines) => lines.length > 0);
  return blocks.flatMap((lines, index) => (index > 0 ? [blank, ...lines] : lines));
}

function renderBlock(token: Token, columns: number): Line<never>[] {
  switch (token.type) {
    case 'heading':
      return wrap(inline(token.tokens, token.depth < 3 ? theme.heading : theme.strong), columns);
    case 'paragraph':
    case 'text':
      return wrap(inline(token.tokens ?? [token]), columns);
    case 'code':
      return renderCode(token.text, (token.lang ?? '').split(' ')[0] ?? '', columns);
    case 'blockquote':
      return renderBlocks(token.tokens ?? [], columns - 2).map((row) => [span('▏ ', theme.accent), ...row]);
    case 'list':
      return renderList(token as Tokens.List, columns);
    case 'table':
      return renderTable(token as Tokens.Table, columns);
    case 'hr':
      return [line('─'.repeat(Math.min(columns, 20)), theme.faint)];
    default:
      return [];
  }
}

/** Code keeps its line breaks; what is too long goes on in the next line, indented. */
export function renderCode(text: string, language: string, columns: number): Line<never>[] {
  const bar = [span('│ ', theme.faint)];
  return highlight(text, language).flatMap((row) => wrap(row, columns, { first: bar, rest: [...bar, span('  ')] }));
}

function renderList(list: Tokens.List, columns: number): Line<never>[] {
  const widest = list.ordered ? `${Number(list.start) + list.items.length - 1}. `.length : 2;
  return list.items.flatMap((item, index) => {
    const mark = list.ordered
      ? `${Number(list.start) + index}. `.padStart(widest)
      : item.task
        ? item.checked
          ? '☑ '
          : '☐ '
        : '• ';
    const body = item.tokens
      .filter(({ type }) => type !== 'checkbox')
      .map((token) => renderBlock(token, columns - widest))
      .filter((lines) => lines.length > 0)
      .flatMap((lines, i) => (i > 0 && item.loose ? [blank, ...lines] : lines));
    const rows = (body.length > 0 ? body : [blank]).map((row, i) => [
      span(i === 0 ? mark : ' '.repeat(widest), theme.accent),
      ...row,
    ]);
    return list.loose && index > 0 ? [blank, ...rows] : rows;
  });
}

/** Columns shrink, the widest first, until the table fits; their cells wrap. */
function renderTable(table: Tokens.Table, columns: number): Line<never>[] {
  const rows = [table.header, ...table.rows].map((row, i) =>
    row.map((cell) => inline(cell.tokens, i === 0 ? theme.strong : theme.plain)),
  );
  const widths = table.header.map((_, i) => Math.max(1, ...rows.map((row) => lineWidth(row[i] ?? []))));
  const gaps = 3 * (widths.length - 1);
  while (widths.reduce((sum, n) => sum + n, gaps) > columns && Math.max(...widths) > 3) {
    widths[widths.indexOf(Math.max(...widths))]! -= 1;
  }
  const separator = span(' │ ', theme.faint);
  const out: Line<never>[] = rows.flatMap((row) => {
    const cells = widths.map((size, i) => wrap(row[i] ?? [], size));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, y) =>
      cells.flatMap((cell, i): Line<never> => {
        const text = cell[y] ?? blank;
        const pad = span(' '.repeat(Math.max(0, widths[i]! - lineWidth(text))));
        const aligned = table.align[i] === 'right' ? [pad, ...text] : [...text, pad];
        return i > 0 ? [separator, ...aligned] : aligned;
      }),
    );
  });
  const rule = line(widths.map((size) => '─'.repeat(size)).join('─┼─'), theme.faint);
  const headerHeight = Math.max(...widths.map((size, i) => wrap(rows[0]![i] ?? [], size).length));
  out.splice(headerHeight, 0, rule);
  return out.map((row) => truncate(row, columns));
}

function inline(tokens: Token[] = [], style: Style = theme.plain): Line<never> {
  return tokens.flatMap((token): Line<never> => {
    switch (token.type) {
      case 'strong':
        return inline(token.tokens, { ...style, bold: true });
      case 'em':
        return inline(token.tokens, { ...style, italic: true });
      case 'del':
        return inline(token.tokens, { ...style, dim: true });
      case 'codespan':
        return line(token.text, { ...style, ...theme.code });
      case 'link': {
        const text = inline(token.tokens, { ...style, ...theme.link });
        return token.text === token.href || token.href.startsWith('#')
          ? text
          : [...text, span(` (${token.href})`, { ...style, ...theme.faint })];
      }
      case 'image':
        return line(token.text, style);
      case 'br':
        return line('\n', style);
      case 'html':
        return /^<br\b/i.test(token.raw) ? line('\n', style) : [];
      case 'escape':
        return line(token.text, style);
      default:
        return 'tokens' in token && token.tokens
          ? inline(token.tokens, style)
          : line(decode(String('text' in token ? token.text : token.raw)).replace(/\s*\n\s*/g, ' '), style);
    }
  });
}
