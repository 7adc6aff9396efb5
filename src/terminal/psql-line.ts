/** What was typed into psql up to its next prompt, taken apart. */
export interface PsqlLine {
  /** The backslash commands in it, with what stands behind each. */
  commands: { name: string; rest: string }[];
  /** How many statements it holds, the last one perhaps without an end. Those in parentheses or a body may count as several. */
  statements: number;
}

/**
 * What is quoted, and comments, up to their end or that of the text; the end of a statement; a backslash command, whose
 * arguments go on to the next backslash, or to the end of the line where psql takes them as they are.
 */
const TOKEN = new RegExp(
  [
    /(?<skipped>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\s+)/,
    /(?<quoted>\b[eE]'(?:[^'\\]|\\[\s\S])*(?:'|$)|'[^']*(?:'|$)|"[^"]*(?:"|$)|(?<tag>\$(?:[a-z_]\w*)?\$)[\s\S]*?(?:\k<tag>|$))/,
    /(?<end>\\?;)/,
    /\\(?<whole>!|copy\b|help\b|h\b)(?<line>[^\n]*)/,
    /\\(?<name>[a-z?]\w*\+?)(?<rest>(?:'[^'\n]*'|`[^`\n]*`|"[^"\n]*"|[^\\\n'"`])*)/,
    /(?<other>\w+|[\s\S])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'giu',
);

export function readPsqlLine(text: string): PsqlLine {
  const commands: PsqlLine['commands'] = [];
  let statements = 0;
  let open = false;
  for (const { groups = {} } of text.matchAll(TOKEN)) {
    const name = groups.whole ?? groups.name;
    if (name !== undefined) commands.push({ name, rest: groups.line ?? groups.rest ?? '' });
    // A backslash command may come amidst a statement, but those that send it end it.
    if (groups.end || (name !== undefined && /^g(x|set|exec|desc)?$|^(watch|crosstabview)$/.test(name))) open = false;
    else if ((groups.quoted ?? groups.other) !== undefined && !open) {
      statements += 1;
      open = true;
    }
  }
  return { commands, statements };
}
