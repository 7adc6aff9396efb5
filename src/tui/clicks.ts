import type { Command } from './keymap.ts';
import { contains, type Rect } from './layout.ts';
import { clickAt, type Line } from './text.ts';

interface Painted {
  rect: Rect;
  lines: readonly Line<Command>[];
  /** Lies over what has a lower one. */
  layer: number;
}

/** What is painted where: a click finds here what it means. */
export class Clicks {
  #painted = new Map<string, Painted>();

  put(id: string, painted: Painted): () => void {
    this.#painted.set(id, painted);
    return () => this.#painted.delete(id);
  }

  at(x: number, y: number): Command | undefined {
    const under = [...this.#painted.values()].filter(({ rect }) => contains(rect, x, y));
    const top = under.sort((a, b) => b.layer - a.layer)[0];
    return top && clickAt(top.lines[y - top.rect.y] ?? [], x - top.rect.x);
  }
}
