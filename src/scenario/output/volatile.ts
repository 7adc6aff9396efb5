import type { Variables } from '../variables.ts';
import { endsTable, isAnyLines, isRule, literal, PLACEHOLDERS, type Placeholder } from './match.ts';

const CLOCK = String.raw`\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: [AP]M)?`;
const ZONE = String.raw`(?:Z| ?(?:UTC|GMT)|[+-]\d\d(?::?\d\d)?)?`;
const WEEKDAY = '(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const LOG_LEVEL = '(?:DEBUG|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|STATEMENT|CONTEXT):';

/** Columns whose numbers the server hands out as it goes. */
const COUNTER = String.raw`(?:(?:\w+_)?(?:pid|oid|xid|xmin)|\w*relfilenode)`;

/**
 * What is seldom the same twice, and the placeholder for it; of two that begin at one place, the first counts. Each matches
 * whatever its expression finds.
 */
const VOLATILE: readonly (readonly [Placeholder, string])[] = [
  // What would be read as a placeholder or a variable, for which there is no other way to write it.
  ['any', `<(?:${Object.keys(PLACEHOLDERS).join('|')})>`],
  ['any', String.raw`\{\{.*\}\}`],
  ['time', String.raw`(?<![\d-])\d{4}-\d\d-\d\d[ T]${CLOCK}${ZONE}(?!\w)`],
  ['time', String.raw`\b${WEEKDAY}${MONTH} [ \d]\d +(?:${CLOCK}${ZONE}(?: \d{4})?|\d{4})(?![\w:])`],
  ['time', String.raw`\b${WEEKDAY}\d?\d ${MONTH} \d{4} ${CLOCK}${ZONE}(?!\w)`],
  ['time', String.raw`(?<![\w.:])${CLOCK}${ZONE}(?![\w:])`],
  // WAL files, with the offset of a backup in one.
  ['any', String.raw`\b[0-9A-F]{24}(?:\.[0-9A-F]{8}(?=\.backup))?(?![0-9A-Za-z])`],
  // UUIDs, checksums, keys.
  ['any', String.raw`\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`],
  ['any', String.raw`\b(?:SCRAM-SHA-256\$[^\s']+|0x[0-9a-f]{6,}\b)`],
  ['any', String.raw`\b(?=\w*[A-Za-z])(?=\w*\d)(?:[0-9A-Fa-f]{16,}|[0-9A-Za-z]{32,})\b`],
  // How far pg_basebackup has come.
  ['int', String.raw`\b\d+(?=/\d+ kB\b)`],
  ['lsn', String.raw`(?<![\w/.-])[0-9A-F]{1,8}/[0-9A-F]{5,8}(?![\w/.])`],
  ['oid', String.raw`(?<=\b(?:base|pg_tblspc)/(?:[^\s/]+/)*)\d{5,10}(?!\d)`],
  // System identifiers, processes, what ls counts.
  ['int', String.raw`\b\d{18,}\b`],
  ['int', String.raw`(?<=\b(?:pid|PID|process|process ID)(?: |: ?| ?= ?))\d+\b`],
  ['int', String.raw`(?<=^${COUNTER} +\| )\d+$`],
  ['int', String.raw`(?<=^\[\d+\] )\d+$`],
  ['int', String.raw`(?<=\[)\d+(?=\] (?:\S+ )?${LOG_LEVEL})`],
  ['int', String.raw`(?<=^total )\d+$`],
  ['size', String.raw`(?<=^[-dlbcps][-rwxsStT]{9}[.+@]? +\d+ +\S+ +\S+ +)\d+`],
  ['size', String.raw`(?<![\w.])\d+(?:\.\d+)?(?: ?(?:bytes|kB|[MGTP]B|[kKMGTP]iB)|[KMGTP])(?!\w)`],
  ['any', String.raw`(?<![\w.])\d+(?:\.\d+)?(?= ms\b)(?: ms \([\d:. d]+\)(?=$))?`],
  ['any', String.raw`(?<![\w.])(?:\d+\.\d{3,}(?= s\b)|\d+m\d+\.\d+s\b)`],
];

/**
 * Lines that were printed, as patterns in the document: variables for the paths that they name, placeholders for what is
 * volatile.
 */
export function patternsOf(lines: string[], variables: Variables): string[] {
  let counters: Cell[] = [];
  return lines.map((line, i) => {
    if (isRule(line)) counters = countersBelow(lines[i - 1] ?? '', line);
    else if (endsTable(line)) counters = [];
    let pattern = '';
    let end = 0;
    for (const [from, to] of counters) {
      const cell = line.slice(from, to);
      if (!/^ *\d+ *$/.test(cell)) continue;
      pattern += patternOf(line.slice(end, from), variables);
      pattern += cell.replace(/ *\d+/, (number) => ' <int>'.padStart(number.length));
      end = to;
    }
    return pattern + patternOf(line.slice(end), variables);
  });
}

type Cell = [from: number, to: number];

function countersBelow(header: string, rule: string): Cell[] {
  const isCounter = new RegExp(`^ *${COUNTER} *$`);
  const cells = [...rule.matchAll(/-+/g)].map(({ 0: dashes, index }): Cell => [index, index + dashes.length]);
  return cells.filter(([from, to]) => isCounter.test(header.slice(from, to)));
}

function patternOf(line: string, variables: Variables): string {
  if (isAnyLines(line)) return `${line}<any>`;
  const paths = [...variables].filter(([, value]) => value.startsWith('/')).sort(([, a], [, b]) => b.length - a.length);
  const kinds = [...paths.map(([name]) => `{{${name}}}`), ...VOLATILE.map(([kind]) => `<${kind}>`)];
  const sources = [...paths.map(([, path]) => pathSource(path)), ...VOLATILE.map(([, source]) => source)];
  const all = new RegExp(sources.map((source) => `(${source})`).join('|'), 'g');
  let pattern = '';
  let end = 0;
  for (const match of line.matchAll(all)) {
    const [value, ...groups] = match;
    const kind = kinds[groups.findIndex((group) => group !== undefined)]!;
    pattern += line.slice(end, match.index);
    end = match.index + value.length;
    if (kind.startsWith('{{')) pattern += kind;
    else ({ pattern, end } = fit(pattern, kind, value, line, end));
  }
  return (pattern + line.slice(end)).trimEnd();
}

/** The path itself or what is below it, and not another that only begins like it. */
const pathSource = (path: string): string => `(?<![\\w/.-])${literal(path)}(?![\\w-]|\\.\\w)`;

/** Puts a placeholder where its value was. Spaces beside it are free, so that columns can stay in line. */
function fit(
  before: string,
  placeholder: string,
  value: string,
  line: string,
  end: number,
): { pattern: string; end: number } {
  let wider = placeholder.length - value.length;
  if (wider < 0 && line.includes('|') && line[end] === ' ')
    return { pattern: before + placeholder.padEnd(value.length), end };
  let pattern = before;
  while (wider > 0 && line.startsWith('  ', end)) {
    end++;
    wider--;
  }
  while (wider > 0 && pattern.endsWith('  ')) {
    pattern = pattern.slice(0, -1);
    wider--;
  }
  return { pattern: pattern + placeholder, end };
}
