import { describe, expect, it } from 'vitest';
import { centred, layout, type Rect, sizeOf } from '../../../src/tui/layout.ts';

const right = ({ x, width }: Rect) => x + width;
const bottom = ({ y, height }: Rect) => y + height;

it('makes room for no more than any screen has, whatever a terminal says', () => {
  expect(sizeOf({ columns: 65_535, rows: 65_535 })).toEqual({ columns: 640, rows: 240 });
  expect(sizeOf({ columns: 0 })).toEqual({ columns: 80, rows: 24 });
});

describe('layout', () => {
  it('asks for more room below 60 by 16', () => {
    expect(layout({ columns: 59, rows: 40 }).kind).toBe('small');
    expect(layout({ columns: 120, rows: 15 }).kind).toBe('small');
    expect(layout({ columns: 60, rows: 16 }).kind).toBe('single');
  });

  it('puts the panes side by side from 100 columns on', () => {
    expect(layout({ columns: 99, rows: 40 }).kind).toBe('single');
    expect(layout({ columns: 100, rows: 24 }).kind).toBe('split');
  });

  it('fills the screen without gaps or overlaps, at every size', () => {
    for (let columns = 60; columns <= 260; columns += 7) {
      for (let rows = 16; rows <= 90; rows += 3) {
        const place = layout({ columns, rows });
        if (place.kind === 'small') throw new Error('there is room');
        const { header, top, lesson, terminal, checks, bottom: rule, footer } = place;
        expect(header.y).toBe(0);
        expect(top.y).toBe(1);
        expect(terminal.y).toBe(2);
        expect(checks.y).toBe(bottom(terminal));
        expect(rule.y).toBe(bottom(checks));
        expect(bottom(lesson)).toBe(rule.y);
        expect(footer.y).toBe(rows - 1);
        expect(rule.y).toBe(rows - 2);
        expect(right(terminal)).toBe(columns);
        expect(right(checks)).toBe(columns);
        expect(terminal.height).toBeGreaterThanOrEqual(8);
        expect(terminal.width).toBeGreaterThanOrEqual(53);
        if (place.kind === 'split') expect(terminal.x).toBe(right(lesson) + 2);
        else expect(lesson.width).toBe(columns);
      }
    }
  });

  it('gives the terminal at 80 by 24 the whole width and 19 rows', () => {
    expect(layout({ columns: 80, rows: 24 })).toMatchObject({ terminal: { x: 0, y: 2, width: 80, height: 19 } });
  });

  it('gives the lesson not quite half of 120 columns', () => {
    expect(layout({ columns: 120, rows: 40 })).toMatchObject({ lesson: { width: 54 }, terminal: { width: 64 } });
  });
});

describe('centred', () => {
  it('never leaves the outer rectangle', () => {
    expect(centred({ x: 0, y: 0, width: 10, height: 4 }, 20, 8)).toEqual({ x: 0, y: 0, width: 10, height: 4 });
    expect(centred({ x: 0, y: 0, width: 10, height: 4 }, 4, 2)).toEqual({ x: 3, y: 1, width: 4, height: 2 });
  });
});
