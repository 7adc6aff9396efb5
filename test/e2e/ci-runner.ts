import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface RunStep {
  run: string;
  shell: string;
  id?: string;
  env?: Record<string, string>;
}
interface UsesStep {
  uses: string;
  id?: string;
}

/** A composite action, as its file says. */
export interface Action {
  inputs: Record<string, { default?: string }>;
  outputs: Record<string, { value: string }>;
  runs: { steps: (RunStep | UsesStep)[] };
}

interface ActionRun {
  /** The action's own. */
  directory: string;
  workspace: string;
  temporary: string;
  inputs: Record<string, string>;
  /** What the steps would have put out that use another action, by their id. */
  uses: Record<string, Record<string, string>>;
  environment: Record<string, string>;
}

interface Ran {
  status: number;
  output: string;
}

/** Does the scripts of a composite action, one after the other to the first that fails, as GitHub's runner does. */
export async function runAction(action: Action, run: ActionRun): Promise<Ran & { outputs: Record<string, string> }> {
  const { directory, workspace, temporary, environment, uses } = run;
  await mkdir(temporary, { recursive: true });
  const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']);
  const inputs = { ...Object.fromEntries(defaults), ...run.inputs };
  const steps: Record<string, Record<string, string>> = { ...uses };
  const expand = (text: string) =>
    text.replace(/\$\{\{ (?:inputs\.([\w-]+)|steps\.([\w-]+)\.outputs\.([\w-]+)) \}\}/g, (_, input, step, output) =>
      input ? (inputs[input] ?? '') : (steps[step]?.[output] ?? ''),
    );
  let status = 0;
  let output = '';
  for (const [i, step] of action.runs.steps.entries()) {
    if (!('run' in step)) continue;
    const [script, file] = [join(temporary, `step-${i}.sh`), join(temporary, `output-${i}`)];
    await writeFile(script, step.run);
    await writeFile(file, '');
    const env = Object.entries(step.env ?? {}).map(([name, value]) => [name, expand(value)]);
    const ended = await bash(['--noprofile', '--norc', '-eo', 'pipefail', script], workspace, {
      ...environment,
      ...Object.fromEntries(env),
      ...{ CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_ACTION_PATH: directory, GITHUB_WORKSPACE: workspace },
      ...{ GITHUB_OUTPUT: file, RUNNER_TEMP: temporary },
    });
    output += ended.output;
    status = ended.status;
    const pairs = (await readFile(file, 'utf8')).split('\n').map((line) => line.split(/=(.*)/s));
    steps[step.id ?? String(i)] = Object.fromEntries(pairs);
    if (status !== 0) break;
  }
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, expand(value)]);
  return { status, output, outputs: Object.fromEntries(outputs) };
}

interface LinesRun {
  workspace: string;
  /** As the file has them; they may name one another. */
  variables: Record<string, unknown>;
  overridden: Record<string, string>;
}

/** Does the lines of a job in one shell, to the first that fails, as GitLab's runner does. */
export async function runLines(lines: string[], { workspace, variables, overridden }: LinesRun): Promise<Ran> {
  const known: Record<string, string> = {};
  for (const [name, value] of Object.entries(variables))
    known[name] = String(value).replace(/\$(\w+)/g, (_, other) => known[other] ?? '');
  const script = join(await mkdtemp(join(tmpdir(), 'waldojo-job-')), 'script.sh');
  await writeFile(script, lines.join('\n'));
  return bash(['-eo', 'pipefail', script], workspace, { CI: 'true', ...known, ...overridden });
}

/** Nothing of this process's environment but what any runner has. */
async function bash(args: string[], cwd: string, environment: Record<string, string>): Promise<Ran> {
  const { PATH, HOME, WALDOJO_DATA } = process.env;
  const env = { PATH, HOME, ...(WALDOJO_DATA && { WALDOJO_DATA }), ...environment };
  const child = spawn('bash', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const status = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  return { status, output };
}
