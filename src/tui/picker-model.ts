import type { Size } from './layout.ts';

export interface PickerItem {
  id: string;
  title: string;
  summary: string;
  difficulty: string;
  minutes: number;
  steps: number;
  /** Steps done. */
  completed: number;
  finished: boolean;
  lab: 'running' | 'stopped' | null;
  /** What to do first. */
  after: string[];
}

/** What is chosen from, in the order in which it is best done: nothing before what its `after` names. */
export function inOrder(items: readonly PickerItem[]): PickerItem[] {
  const ordered: PickerItem[] = [];
  const visit = (item: PickerItem, above: ReadonlySet<string>) => {
    if (ordered.includes(item) || above.has(item.id)) return;
    for (const id of item.after) {
      const before = items.find((candidate) => candidate.id === id);
      if (before) visit(before, new Set([...above, item.id]));
    }
    ordered.push(item);
  };
  for (const item of items) visit(item, new Set());
  return ordered;
}

/** What the picker shows and what its keys do. */
export class PickerModel {
  readonly items: readonly PickerItem[];
  readonly notices: readonly string[];
  readonly chosen: Promise<{ id: string } | null>;
  size: Size;
  filter = '';
  /** The filter is being typed. */
  filtering = false;
  #selected = 0;
  #resolve!: (chosen: { id: string } | null) => void;
  #version = 0;
  #listeners = new Set<() => void>();

  constructor(items: readonly PickerItem[], notices: readonly string[], size: Size) {
    this.items = inOrder(items);
    this.notices = notices;
    this.size = size;
    this.chosen = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    // What has been begun, else the first that is not finished, is most likely what they came for.
    const begun = this.items.findIndex((item) => !item.finished && (item.lab !== null || item.completed > 0));
    const open = this.items.findIndex((item) => !item.finished);
    this.#selected = Math.max(0, begun >= 0 ? begun : open);
  }

  readonly version = (): number => this.#version;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  get shown(): readonly PickerItem[] {
    const words = this.filter.toLowerCase().split(/\s+/);
    return this.items.filter(({ id, title, summary, difficulty }) => {
      const text = `${id} ${title} ${summary} ${difficulty}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }

  get selected(): number {
    return Math.max(0, Math.min(this.#selected, this.shown.length - 1));
  }

  resize(size: Size): void {
    this.size = size;
    this.#notify();
  }

  move(by: number): void {
    this.#selected = Math.max(0, Math.min(this.selected + by, this.shown.length - 1));
    this.#notify();
  }

  /** The first click selects, the second opens. */
  choose(index: number): void {
    if (index === this.selected) this.#open();
    else this.move(index - this.selected);
  }

  press(key: string, text: string): void {
    if (key === 'ctrl+c') this.#resolve(null);
    else if (key === 'enter') this.#open();
    else if (key === 'down' || key === 'tab') this.move(1);
    else if (key === 'up') this.move(-1);
    else if (this.filtering) this.#edit(key, text);
    else this.#command(key);
  }

  #command(key: string): void {
    const by = { j: 1, k: -1, pagedown: 5, pageup: -5, home: -1e6, end: 1e6, g: -1e6, G: 1e6 }[key];
    if (by) this.move(by);
    else if (key === 'q') this.#resolve(null);
    else if (key === '/') {
      this.filtering = true;
      this.#notify();
    } else if (key === 'escape') {
      this.filter = '';
      this.#notify();
    }
  }

  #edit(key: string, text: string): void {
    if (key === 'escape') {
      this.filter = '';
      this.filtering = false;
    } else if (key === 'backspace') {
      this.filtering = this.filter !== '';
      this.filter = [...this.filter].slice(0, -1).join('');
    } else this.filter += text;
    this.#notify();
  }

  #open(): void {
    const item = this.shown[this.selected];
    if (item) this.#resolve({ id: item.id });
  }

  #notify(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
