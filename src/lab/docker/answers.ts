import * as z from 'zod/mini';

/*
 * What is read of an engine's answers, by request. Docker and Podman agree on these; what else they send is not looked at.
 * Requests that are not here are asked for their effect: of their answers nothing is read.
 */
const id = z.object({ Id: z.string().check(z.regex(/^\S{1,200}$/)) });
const texts = z.array(z.string());
const labels = z.record(z.string(), z.string());

const SHAPES: [request: RegExp, shape: z.ZodMiniType][] = [
  [
    /^GET \/version$/,
    z.object({
      Version: z.string(),
      ApiVersion: z.optional(z.string()),
      Components: z.nullish(z.array(z.object({ Name: z.string() }))),
    }),
  ],
  [
    /^GET \/containers\/json$/,
    z.array(
      z.object({
        ...id.shape,
        Names: z.nullish(texts),
        Labels: z.nullish(labels),
        State: z.string(),
        SizeRw: z.nullish(z.number()),
      }),
    ),
  ],
  [
    /^GET \/containers\/[^/]+\/json$/,
    z.object({
      State: z.object({
        Running: z.boolean(),
        Paused: z.optional(z.boolean()),
        OOMKilled: z.optional(z.boolean()),
        ExitCode: z.number(),
      }),
    }),
  ],
  [/^POST \/containers\/create$/, id],
  [/^POST \/containers\/[^/]+\/exec$/, id],
  [/^GET \/exec\/[^/]+\/json$/, z.object({ Running: z.boolean(), ExitCode: z.nullish(z.number()) })],
  [
    /^GET \/images\/json$/,
    z.array(
      z.object({
        ...id.shape,
        RepoTags: z.nullish(texts),
        Labels: z.nullish(labels),
        Size: z.number(),
        Created: z.number(),
      }),
    ),
  ],
  // The name of an image may have a slash in it.
  [/^GET \/images\/.+\/json$/, z.object({ ...id.shape, Size: z.optional(z.number()) })],
];

/** The shape that the answer to a request must have; undefined where nothing of it is read. */
export const shapeOf = (method: string, path: string): z.ZodMiniType | undefined =>
  SHAPES.find(([request]) => request.test(`${method} ${path}`))?.[1];

/** In which way an answer is of another shape, such as `expected string at 0.Id`; undefined for one that is right. */
export function misshapen(shape: z.ZodMiniType, answer: unknown): string | undefined {
  const issue = shape.safeParse(answer).error?.issues[0];
  if (!issue) return undefined;
  const what = issue.code === 'invalid_type' ? `${issue.expected} expected` : 'another value expected';
  return issue.path.length > 0 ? `${what} at ${issue.path.join('.')}` : what;
}
