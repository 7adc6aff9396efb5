import type { CommandBlock, HintBlock, Question } from '../model/scenario.ts';
import type { Answer, BlockStatus } from '../session/state.ts';
import { highlight } from './code.ts';
import type { Command } from './keymap.ts';
import { renderInline, renderMarkdown } from './markdown.ts';
import { blank, clickable, fit, justify, type Line, line, printable, span, truncate, wrap } from './text.ts';
import { glyphs, type Style, theme } from './theme.ts';

export type Lines = Line<Command>[];
/** `next` is the one that the run key types; `waiting` comes after it. */
export type CommandStatus = 'next' | 'waiting' | BlockStatus;

const LOOKS: Record<CommandStatus, { mark: string; style: Style; border: Style; note: string }> = {
  next: { mark: `${glyphs.next} `, style: theme.key, border: theme.accent, note: '' },
  waiting: { mark: '', style: theme.plain, border: theme.faint, note: '' },
  running: { mark: '… ', style: theme.busy, border: theme.accent, note: 'running' },
  done: { mark: `${glyphs.pass} `, style: theme.pass, border: theme.faint, note: '' },
  'left-out': { mark: '', style: theme.faint, border: theme.faint, note: 'left out' },
  failed: { mark: `${glyphs.fail} `, style: theme.failStrong, border: theme.fail, note: 'did not end well' },
};

/**
 * A command in its box. The whole box is clickable; `key` is what runs it, shown on the next one. Where a line goes on in
 * another row, that row has a sign: Enter before it would run half a command.
 */
export function commandBox(
  block: CommandBlock,
  status: CommandStatus,
  { next, key }: { next: boolean; key: string },
  columns: number,
): Lines {
  const { mark, style, border, note } = LOOKS[status];
  const inside = columns - 4;
  const name = block.kind === 'solution' ? `${block.terminal}, solution` : block.terminal;
  const about = note || (block.background ? 'keeps running' : block.interrupt ? 'Ctrl-C comes first' : '');
  const right = next ? [about, key].filter(Boolean).join(' · ') : about;
  const title = [span('╭─ ', border), span(mark + name, style), span(' ', border)];
  const end = right ? [span(' ', border), span(right, style), span(' ─╮', border)] : [span('─╮', border)];
  const rows = highlight(block.text, block.language).flatMap((row) =>
    wrap(row, inside, { rest: [span(`${glyphs.wrapped} `, theme.key)] }),
  );
  const box = [
    justify(title, end, columns, span('─', border)),
    ...rows.map((row) => [span('│ ', border), ...fit(row, inside), span(' │', border)]),
    line(`╰${'─'.repeat(columns - 2)}╯`, border),
  ];
  return status === 'running' ? box : box.map((row) => clickable(row, { do: 'run', block: block.id }));
}

/** An output as the document has it, with a sign for what may be anything. */
export const shownOutput = (text: string): string => text.replace(/<any>|^\.\.\.$/gm, '…');

/**
 * What a command prints. Messages wrap; the rows of a table would be no table any more, so they are cut. What differs from
 * run to run is faint.
 */
export function outputLines(text: string, columns: number): Lines {
  const bar = [span('│ ', theme.faint)];
  const rows = printable(text).replace(/\n+$/, '').split('\n');
  return [
    line('You should see', theme.faint),
    ...rows.flatMap((row) => {
      const pieces = row.split(/(<(?:lsn|time|int|size|oid|any)>|^\.\.\.$)/).map((piece, index) => {
        const varies = index % 2 === 1;
        return span(varies && /any|\.\.\./.test(piece) ? '…' : piece, varies ? theme.faint : theme.plain);
      });
      return /[|+]|--/.test(row) ? [truncate([...bar, ...pieces], columns)] : wrap(pieces, columns, { first: bar });
    }),
  ];
}

/** A text with a name and a bar beside it. */
const aside = (title: Line<Command>, body: Lines): Lines => [
  title,
  ...body.map((row) => [span('▏ ', theme.accent), ...row]),
];

export function hintLines(hint: HintBlock, number: number, of: number, columns: number): Lines {
  const name = hint.summary && hint.summary !== 'Hint' ? `: ${hint.summary}` : '';
  const title = truncate([span(`Hint ${number} of ${of}`, theme.heading), ...renderInline(name, theme.faint)], columns);
  return aside(title, renderMarkdown(hint.markdown, columns - 2));
}

/** Something that a key or a click brings out. */
export function foldedLine(text: string, key: string, command: Command, columns: number): Lines {
  const row = [span(`${glyphs.folded} ${text}  `, theme.plain), span(key, theme.key)];
  return [clickable(truncate(row, columns), command)];
}

export function questionLines(question: Question, answer: Answer | undefined, key: string, columns: number): Lines {
  const { answer: wanted } = question;
  const answered = answer?.right === true;
  const title = answered
    ? [span('Question ', theme.heading), span(glyphs.pass, theme.passStrong)]
    : clickable<Command>(
        truncate([span('Question  ', theme.heading), span(key, theme.key), span(' to answer', theme.faint)], columns),
        {
          do: 'answer',
          question: question.id,
        },
      );
  const body: Lines = renderMarkdown(question.ask, columns - 2);
  if (wanted.type === 'choice') {
    body.push(blank);
    wanted.choices.forEach((choice, index) => {
      const given = answer !== undefined && Number(answer.given) === index;
      const mark = given ? (answered ? `${glyphs.pass} ` : `${glyphs.fail} `) : '  ';
      const style = given ? (answered ? theme.pass : theme.fail) : theme.plain;
      const number = [span(mark, style), span(`${index + 1} `, answered ? theme.faint : theme.key)];
      const rows = wrap(renderInline(choice, style), columns - 2, { first: number, rest: [span('    ')] });
      body.push(
        ...(answered
          ? rows
          : rows.map((row) => clickable<Command>(row, { do: 'answer', question: question.id, choice: index }))),
      );
    });
  } else if (answer) {
    const mark = answered ? span(`${glyphs.pass} `, theme.pass) : span(`${glyphs.fail} `, theme.fail);
    if (answer.given) body.push(truncate([mark, span(printable(answer.given))], columns - 2));
  }
  body.push(...responseLines(question, answer, columns - 2));
  return aside(title, body);
}

const NOT_QUITE = 'Not quite. Read it once more and try again; there is no limit.';

/** What is said to an answer: why it is right, or an invitation to think again. */
export function responseLines(question: Question, answer: Answer | undefined, columns: number): Lines {
  if (!answer) return [];
  if (!answer.right) {
    const { answer: wanted } = question;
    const why = wanted.type === 'choice' ? wanted.why?.[Number(answer.given)] : undefined;
    return [blank, ...renderMarkdown(why ? `Not quite. ${why}` : NOT_QUITE, columns)];
  }
  const [[right, ...first] = [], ...rest] = renderMarkdown(`**Right.** ${question.explain}`, columns);
  return [blank, [span(right?.text ?? '', theme.passStrong), ...first], ...rest];
}
