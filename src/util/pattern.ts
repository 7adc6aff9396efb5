import { TookTooLong, watched } from './watched.ts';

/** Milliseconds that all searches with one pattern may take together. */
const PATIENCE = 500;

/** A regular expression that a document gave. */
export interface Pattern {
  /** Whether it is found in the text. Throws, with a sentence, when that takes too long. */
  test(text: string): boolean;
}

/**
 * The regular expressions of documents: `^` and `$` also match at each line's ends, unless other flags are given. They are
 * somebody else's, and some take longer than anybody lives: each is watched. Throws when it is none.
 */
export function pattern(source: string, { flags = 'm', patience = PATIENCE } = {}): Pattern {
  let regex: RegExp;
  try {
    regex = new RegExp(source, flags);
  } catch (error) {
    throw new Error(`/${source}/ is no regular expression.`, { cause: error });
  }
  let left = patience;
  return {
    test(text) {
      const began = performance.now();
      try {
        if (left < 1) throw new TookTooLong();
        return watched(() => regex.test(text), Math.ceil(left));
      } catch (error) {
        const tooLong = error instanceof TookTooLong ? `takes longer than ${patience} ms` : 'takes too much memory';
        throw new Error(`/${source}/ ${tooLong} to search ${text.length} characters: make it simpler.`, {
          cause: error,
        });
      } finally {
        left -= performance.now() - began;
      }
    },
  };
}
