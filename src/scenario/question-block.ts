import * as z from 'zod/mini';
import type { Question } from '../model/scenario.ts';
import type { Fence } from './fence.ts';
import { isTaken } from './ids.ts';
import { suggest } from './nearest.ts';
import type { Report } from './report.ts';
import { number, regex, text } from './values.ts';
import { readShape, readYaml } from './yaml.ts';

const answer = z.union([text, z.strictObject({ number }), z.strictObject({ pattern: regex })], {
  error: 'must be text, "{ number: 3 }" or "{ pattern: a regular expression }"',
});
const schema = z.strictObject({
  id: z.optional(text.check(z.refine((id) => !isTaken(id), 'is a word of the program itself; choose another'))),
  ask: text,
  choices: z.optional(z.array(text).check(z.minLength(2, 'needs two choices or more'))),
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
  return { id: data.id ?? id, ask: data.ask, answer: toModel(data.answer, data.choices, right), explain: data.explain };
}

function toModel(
  answer: z.output<typeof schema>['answer'],
  choices: string[] | undefined,
  right: number,
): Question['answer'] {
  if (choices) return { type: 'choice', choices, right };
  if (typeof answer === 'string') return { type: 'exact', text: answer };
  return 'number' in answer ? { type: 'number', value: answer.number } : { type: 'pattern', pattern: answer.pattern };
}
