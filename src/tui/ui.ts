import type { Notice, SessionState } from '../session/state.ts';
import type { Dialog } from './dialog-keys.ts';
import { type Layout, layout, type Size } from './layout.ts';
import { type Document, placeOfInterest, renderLesson, scrollTo } from './lesson.ts';

/** What is the interface's own, beside the session's state. Replaced, never changed. */
export interface Ui {
  readonly layout: Layout;
  /** Where keys go; where there is room for one pane only, also which one is in front. */
  readonly focus: 'terminal' | 'lesson';
  /** What the next key means is shown: the leader was pressed, or its name clicked. */
  readonly leader: 'key' | 'click' | null;
  readonly dialog: Dialog | null;
  /** The lesson's first row in view, or what should be in view; null: what comes next. */
  readonly scroll: number | string | null;
  readonly checksTop: number;
  /** Something was done in this step, so what is not true has been missed rather than not begun. */
  readonly tried: boolean;
  readonly notice: string | null;
  /** What may confuse in the tab in front. */
  readonly confusion: string | null;
  /** The diagnoses that have been folded away (`Diagnosis.id`). */
  readonly folded: readonly string[];
  /** The session's notice that has been seen. */
  readonly hushed: Notice | null;
}

export function initialUi(size: Size): Ui {
  const place = layout(size);
  return {
    layout: place,
    // Where there is room for one pane, the lesson comes first: it says what this is about.
    focus: place.kind === 'split' ? 'terminal' : 'lesson',
    leader: null,
    dialog: null,
    scroll: null,
    checksTop: 0,
    tried: false,
    notice: null,
    confusion: null,
    folded: [],
    hushed: null,
  };
}

/** The lesson as it is in view: `height` rows of the document from `top` on. */
export interface LessonView {
  document: Document;
  top: number;
  height: number;
}

/** Lines longer than this are tiring to read. */
const WIDEST = 84;

export function viewLesson(state: SessionState, ui: Ui, tried: boolean): LessonView {
  const single = ui.layout.kind === 'single';
  const { width, height } = ui.layout.kind === 'small' ? ui.layout.screen : ui.layout.lesson;
  // A column of air on both sides; where the scroll bar is not in the divider, it takes one more.
  const columns = Math.max(10, Math.min(width - (single ? 3 : 2), WIDEST));
  const document = renderLesson(state, { columns, withChecks: single, tried });
  const total = document.lines.length;
  if (typeof ui.scroll === 'number') return { document, height, top: Math.min(ui.scroll, Math.max(0, total - height)) };
  const asked = ui.scroll === null ? undefined : document.places.get(ui.scroll);
  return { document, height, top: scrollTo(asked ?? placeOfInterest(state, document), total, height) };
}
