/**
 * The looks of everything, in the sixteen colours that a person has chosen for their terminal. Only foregrounds, and none
 * that vanishes on white or on black: no yellow, no bright ones, no blue. What is selected is inverse.
 */
export interface Style {
  color?: 'red' | 'green' | 'cyan' | 'magenta';
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  inverse?: boolean;
}

export const theme = {
  plain: {},
  title: { bold: true },
  heading: { bold: true, color: 'cyan' },
  faint: { dim: true },
  strong: { bold: true },
  accent: { color: 'cyan' },
  key: { bold: true, color: 'cyan' },
  code: { color: 'cyan' },
  link: { underline: true },
  selected: { inverse: true, bold: true },
  pass: { color: 'green' },
  passStrong: { color: 'green', bold: true },
  fail: { color: 'red' },
  failStrong: { color: 'red', bold: true },
  broken: { color: 'magenta', bold: true },
  busy: { color: 'cyan', bold: true },
} as const satisfies Record<string, Style>;

export const glyphs = {
  pass: '✓',
  fail: '✗',
  open: '·',
  broken: '!',
  next: '▶',
  folded: '▸',
  selected: '❯',
  wrapped: '↳',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
} as const;

const COLOURS = { red: 31, green: 32, magenta: 35, cyan: 36 } as const;

/** The SGR sequence that puts a style on; empty for the plain one. https://no-color.org: anything but an empty value counts. */
export function sgr(style: Style, colourless = Boolean(process.env.NO_COLOR)): string {
  const codes = [
    style.bold && 1,
    style.dim && 2,
    style.italic && 3,
    style.underline && 4,
    style.inverse && 7,
    !colourless && style.color && COLOURS[style.color],
  ].filter(Boolean);
  return codes.length > 0 ? `\x1b[${codes.join(';')}m` : '';
}
