import { styleText } from 'node:util';
import type { Finding } from '../proof.ts';

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

export const painter =
  (colour: boolean): Paint =>
  (style, text) =>
    colour ? styleText(style, text, { validateStream: false }) : text;

/** Of a finding, or of a step that has none that matters. */
export function mark(status: Finding['status'] | undefined, paint: Paint): string {
  switch (status) {
    case 'fail':
      return paint('red', '✗');
    case 'broken':
      return paint('magenta', '!');
    case 'note':
      return paint('cyan', 'i');
    case undefined:
      return paint('green', '✓');
  }
}
