import { describe, expect, it } from 'vitest';
import { renderInline, renderMarkdown } from '../../../src/tui/markdown.ts';
import { lineWidth, plainText } from '../../../src/tui/text.ts';

const render = (markdown: string, columns = 40) => renderMarkdown(markdown, columns).map(plainText);

const EVERYTHING = `# Title with a rather long text that has to wrap somewhere

A paragraph with **strong**, *emphasis*, \`code with spaces\`, 日本語のとても長いテキスト and an averyveryverylongwordwithoutanyplacetobreakit,
plus a [link](https://www.postgresql.org/docs/current/app-pgbasebackup.html).

- one
  - nested item with a longer text than fits
    1. deeper
- two

> a quote
> - with a list

| option | what it means | 日本 |
| --- | --- | ---: |
| \`--checkpoint=fast\` | does not wait for the next checkpoint | 12 |

\`\`\`sql
SELECT pg_walfile_name(pg_current_wal_lsn()), '日本語' FROM pg_stat_replication WHERE application_name = 'walreceiver';
\`\`\`

---
`;

describe('renderMarkdown', () => {
  it.each([12, 17, 20, 33, 40, 51, 84])('never exceeds %i columns', (columns) => {
    for (const row of renderMarkdown(EVERYTHING, columns))
      expect(lineWidth(row), plainText(row)).toBeLessThanOrEqual(columns);
  });

  it('parts blocks by one blank line and ends without one', () => {
    expect(render('One.\n\nTwo.\n')).toEqual(['One.', '', 'Two.']);
  });

  it('joins the lines of a paragraph', () => {
    expect(render('one\ntwo')).toEqual(['one two']);
  });

  it('draws lists with their numbers, and what is nested under its item', () => {
    expect(render('9. nine\n10. ten\n    - deep')).toEqual([' 9. nine', '10. ten', '    • deep']);
  });

  it('draws a table with aligned columns', () => {
    expect(render('| a | size |\n|---|--:|\n| `x` | 16 |')).toEqual(['a │ size', '──┼─────', 'x │   16']);
  });

  it('shows where a link leads, once', () => {
    expect(render('[manual](https://x.y)')).toEqual(['manual (https://x.y)']);
    expect(render('<https://x.y>')).toEqual(['https://x.y']);
  });

  it('decodes entities and leaves comments out', () => {
    expect(render('a &amp; b &lt;lsn&gt;\n\n<!-- hidden -->')).toEqual(['a & b <lsn>']);
  });

  it('keeps code as it is written', () => {
    expect(render('```sh\nfor x in a; do\n  echo "<$x>"\ndone\n```')).toEqual([
      '│ for x in a; do',
      '│   echo "<$x>"',
      '│ done',
    ]);
  });

  it('lets no control character through', () => {
    expect(render('a\x1b[31mb\x07')).toEqual(['a[31mb']);
  });
});

describe('renderInline', () => {
  it('is one line, whatever the text looks like', () => {
    expect(plainText(renderInline('1. not a list'))).toBe('1. not a list');
    expect(plainText(renderInline('The table `bread`\nis there'))).toBe('The table bread is there');
  });
});
