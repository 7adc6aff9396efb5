/** Cells, counted from 0. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Size {
  columns: number;
  rows: number;
}

/**
 * Where everything is. `split`: lesson and terminal side by side. `single`: they take turns in the same place.
 * `small`: there is room for a request for more room.
 */
export type Layout =
  | { kind: 'small'; screen: Rect }
  | {
      kind: 'split' | 'single';
      screen: Rect;
      header: Rect;
      /** The rule under the header, which holds the lesson's title and the tabs. */
      top: Rect;
      lesson: Rect;
      terminal: Rect;
      /** Its first row is a rule with a title, where it has more than one. A cluster map will share these rows. */
      checks: Rect;
      /** The rule above the footer, which holds a message. */
      bottom: Rect;
      footer: Rect;
    };

/** No screen has more; whatever a terminal says of itself is made room for, cell by cell. */
const MOST = { columns: 640, rows: 240 };

/** The size of a terminal as it says, or 80×24 where it says nothing. */
export const sizeOf = ({ columns, rows }: { columns?: number; rows?: number }): Size => ({
  columns: Math.min(columns || 80, MOST.columns),
  rows: Math.min(rows || 24, MOST.rows),
});

const LEAST = { columns: 60, rows: 16 };
const SPLIT_FROM = 100;
/** Lines longer than this are tiring to read. */
const LESSON_AT_MOST = 84;

export function layout({ columns, rows }: Size): Layout {
  const screen = { x: 0, y: 0, width: columns, height: rows };
  if (columns < LEAST.columns || rows < LEAST.rows) return { kind: 'small', screen };
  const row = (y: number): Rect => ({ x: 0, y, width: columns, height: 1 });
  const frame = { screen, header: row(0), top: row(1), bottom: row(rows - 2), footer: row(rows - 1) };
  const body = { x: 0, y: 2, width: columns, height: rows - 4 };

  if (columns < SPLIT_FROM) {
    const terminal = { ...body, height: body.height - 1 };
    return { kind: 'single', ...frame, lesson: body, terminal, checks: row(body.y + terminal.height) };
  }
  const lesson = { ...body, width: Math.min(Math.floor(columns * 0.45), LESSON_AT_MOST) };
  // One column between the two is the divider.
  const right = { ...body, x: lesson.width + 1, width: columns - lesson.width - 1 };
  const checks = Math.max(4, Math.min(14, Math.round(body.height * 0.3)));
  // A column of air between the divider and what is typed.
  const terminal = { ...right, x: right.x + 1, width: right.width - 1, height: body.height - checks };
  return {
    kind: 'split',
    ...frame,
    lesson,
    terminal,
    checks: { ...right, y: body.y + terminal.height, height: checks },
  };
}

export const contains = (rect: Rect, x: number, y: number): boolean =>
  x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;

/** A rectangle of that size in the middle of another, no larger than it. */
export function centred(outer: Rect, width: number, height: number): Rect {
  const size = { width: Math.min(width, outer.width), height: Math.min(height, outer.height) };
  return {
    x: outer.x + Math.floor((outer.width - size.width) / 2),
    y: outer.y + Math.floor((outer.height - size.height) / 2),
    ...size,
  };
}
