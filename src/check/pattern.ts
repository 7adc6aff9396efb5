/** The regular expressions of checks: `^` and `$` also match at each line's ends. */
export function pattern(source: string): RegExp {
  try {
    return new RegExp(source, 'm');
  } catch (error) {
    throw new Error(`/${source}/ is no regular expression.`, { cause: error });
  }
}
