import * as z from 'zod/mini';
import type { Question } from '../model/scenario.ts';
import { pattern } from '../util/pattern.ts';
import type { Fence } from './fence.ts';
import { isTaken } from './ids.ts';
import { suggest } from './nearest.ts';
import type { Report } from './report.ts';
import { number, regex, text } from './values.ts';
import { readShape, readYaml } from './yaml.ts';

const answer = z.union([text, z.strictObject({ number }), z.strictObject({ pattern: regex, example: text })], {
  error: 'must be text, "{ number: 3 }" or "{ pattern: a regular expression, example: an answer that it takes }"',
});
const schema = z.strictObject({
  id: z.optional(text.check(z.refine((id) => !isTaken(id), 'is a word of the program itself; choose another'))),
  ask: text,
  choices: z.optional(z.array(text).check(z.minLength(2, 'needs two choices or more'))),
  /** What is said to each wrong choice, in their order. */
  why: z.optional(z.array(text)),
  answer,
  explain: text,
});

/** The question of a `yaml question` fence; `id` is what it is called unless it says so. Undefined when it is faulty. */
export function readQuestion(fence: Fence, id: string, report: Report): Question | undefined {
  const yaml = readYaml(fence.text, { line: fence.at.line + 1, indent: fence.indent }, report);
  const data = yaml && readShape(yaml, [], schema);
  if (!data) return undefined;
  const right = typeof data.answer === 'string' ? (data.choices?.indexOf(data.answer) ?? 0) : 0;
  if (data.choices && (typeof data.answer !== 'string' || right < 0)) {
    const hint = typeof data.answer === 'string' ? suggest(data.answer, data.choices) : 'Write it as text.';
    report('invalid-value', yaml.at(['answer']), `"answer" must be one of the choices, letter for letter. ${hint}`);
  }
  if (data.why && data.why.length !== (data.choices?.length ?? 1) - 1) {
    report('invalid-value', yaml.at(['why']), '"why" needs one text for each wrong choice, in their order.');
    return undefined;
  }
  if (typeof data.answer === 'object' && 'pattern' in data.answer && !takes(data.answer)) {
    report(
      'invalid-value',
      yaml.at(['answer', 'example']),
      'The pattern does not take this example, so nobody could answer.',
    );
    return undefined;
  }
  // Where the right choice is, nothing is said.
  const why = data.why && [...data.why.slice(0, right), undefined, ...data.why.slice(right)];
  const wanted = toModel(data.answer, data.choices, right);
  const answer = wanted.type === 'choice' && why ? { ...wanted, why } : wanted;
  return { id: data.id ?? id, ask: data.ask, answer, explain: data.explain };
}

function toModel(
  answer: z.output<typeof schema>['answer'],
  choices: string[] | undefined,
  right: number,
): Question['answer'] {
  if (choices) return { type: 'choice', choices, right };
  if (typeof answer === 'string') return { type: 'exact', text: answer };
  return 'number' in answer ? { type: 'number', value: answer.number } : { type: 'pattern', ...answer };
}

/** A pattern that takes too long is told of by a rule of its own. */
function takes(answer: { pattern: string; example: string }): boolean {
  try {
    return pattern(answer.pattern, { flags: 'i' }).test(answer.example);
  } catch {
    return true;
  }
}
