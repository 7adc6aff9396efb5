import { createInterface } from 'node:readline/promises';

/** Asks a person a question, and takes `fallback` for Enter. Undefined where nobody can be asked: there is no terminal. */
export async function confirm(question: string, fallback: boolean, signal: AbortSignal): Promise<boolean | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  // Who closes the terminal's input has not agreed to anything.
  const closed = new AbortController();
  prompt.once('close', () => closed.abort(new DOMException('Interrupted', 'AbortError')));
  prompt.once('SIGINT', () => prompt.close());
  try {
    const options = { signal: AbortSignal.any([signal, closed.signal]) };
    const answer = (await prompt.question(`${question} [${fallback ? 'Y/n' : 'y/N'}] `, options)).trim();
    return answer === '' ? fallback : /^y(es)?$/i.test(answer);
  } finally {
    prompt.close();
  }
}
