import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/util/user-error.ts';
import { openReporters, parseReporter } from '../../../../src/validate/report/open.ts';
import { aCase, aProof, aRun } from './proofs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waldojo-report-'));
});

/** Opens what is named, reports a run with one case that passed, and returns what came to standard output. */
async function stdoutOf(
  names: string[],
  { json = false, environment = {} }: { json?: boolean; environment?: NodeJS.ProcessEnv } = {},
) {
  let written = '';
  const stdout = { write: (text: string) => (written += text) };
  const reporter = await openReporters(names.map(parseReporter), { stdout, colour: false, json, environment });
  const proof = aProof();
  reporter.caseStarted!(proof.case);
  for (const step of proof.steps) reporter.step!(proof.case, step);
  reporter.caseEnded!(proof);
  await reporter.end(aRun([proof]));
  return written;
}

async function refusal(names: string[], options: { json?: boolean } = {}): Promise<UserError> {
  const error = await stdoutOf(names, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`not refused: ${error}`);
  return error;
}

describe('the name of a reporter', () => {
  it('may have a file, with whatever is in its name', () => {
    expect(parseReporter('json')).toEqual({ name: 'json' });
    expect(parseReporter('junit=out/a=b.xml')).toEqual({ name: 'junit', file: 'out/a=b.xml' });
  });

  it('is refused with what there is', () => {
    expect(() => parseReporter('xunit')).toThrow(
      expect.objectContaining({ exit: 2, hint: expect.stringMatching(/junit.*text, json, junit, github/) }),
    );
    expect(() => parseReporter('junit=')).toThrow(expect.objectContaining({ exit: 2 }));
  });
});

describe('on standard output', () => {
  it('there is text by default, and annotations too where GitHub runs it', async () => {
    const failing = aProof({ findings: [{ status: 'fail', rule: 'document', line: 3, message: 'Wrong.' }] });
    const reporters = (environment: NodeJS.ProcessEnv) =>
      openReporters([], { stdout, colour: false, environment }).then((reporter) => reporter.end(aRun([failing])));
    let written = '';
    const stdout = { write: (text: string) => (written += text) };
    await reporters({});
    expect(written).toContain('1 failed');
    expect(written).not.toContain('::error');
    await reporters({ GITHUB_ACTIONS: 'true' });
    expect(written).toContain('::error');
  });

  it.each([[['json', 'text']], [['junit', 'github']], [['text', 'junit']], [['json', 'json']], [['text', 'text']]])(
    '%s do not share',
    async (names) => {
      expect(await refusal(names)).toMatchObject({ code: 'reports-mixed', exit: 2 });
    },
  );

  it('text and github share', async () => {
    expect(await stdoutOf(['text', 'github'])).toContain('1 passed');
  });

  it('a document stands alone beside reports in files', async () => {
    const file = join(folder, 'report.txt');
    expect(JSON.parse(await stdoutOf([`text=${file}`], { json: true }))).toMatchObject({ version: 1 });
    expect(await readFile(file, 'utf8')).toContain('1 passed');
    expect(await refusal(['text'], { json: true })).toMatchObject({ code: 'reports-mixed' });
  });
});

describe('a report in a file', () => {
  it('makes its directory, replaces what stood there, and leaves nothing else', async () => {
    const file = join(folder, 'deep/er/report.json');
    await stdoutOf([`json=${file}`]);
    await stdoutOf([`json=${file}`]);
    expect(JSON.parse(await readFile(file, 'utf8')).summary.passed).toBe(1);
    expect(await readdir(join(folder, 'deep/er'))).toEqual(['report.json']);
  });

  it('is not there, nor is an older one touched, before the end', async () => {
    await writeFile(join(folder, 'old.json'), 'old');
    const reporter = await openReporters([`json=${folder}/new.json`, `text=${folder}/old.json`].map(parseReporter), {
      stdout: { write: () => {} },
      colour: true,
      environment: {},
    });
    reporter.step!(aCase(), aProof().steps[0]!);
    expect(await readdir(folder)).toEqual(['old.json']);
    expect(await readFile(join(folder, 'old.json'), 'utf8')).toBe('old');
    await reporter.end(aRun([aProof()], { interrupted: true }));
    expect(await readFile(join(folder, 'old.json'), 'utf8')).toMatch(/Bake bread[^\x1b]*$/);
  });

  it('is refused at once where it cannot be written', async () => {
    await mkdir(join(folder, 'directory'));
    await writeFile(join(folder, 'file'), '');
    const names = ['directory', 'file/report', 'file/deep/report', 'x'.repeat(300)].map((name) => join(folder, name));
    for (const file of [...names, '/proc/waldojo/report']) {
      expect(await refusal([`text=${file}`])).toMatchObject({ code: 'report-file', exit: 3 });
    }
  });

  it('is not written twice, by whatever name', async () => {
    const error = await refusal([`text=${folder}/report`, `junit=${folder}/../${folder.split('/').at(-1)}/report`]);
    expect(error).toMatchObject({ code: 'report-file-twice', exit: 2 });
  });

  // In a folder of its own: where this breaks it replaces what it was given, and a device of the system is no place for that.
  it('may be a pipe, which stays one', async () => {
    const file = join(folder, 'pipe');
    execFileSync('mkfifo', [file]);
    await using pipe = await open(file, 'r+');
    await stdoutOf([`json=${file}`]);
    expect((await stat(file)).isFIFO()).toBe(true);
    const { buffer, bytesRead } = await pipe.read();
    expect(JSON.parse(buffer.toString('utf8', 0, bytesRead))).toMatchObject({ version: 1 });
  });

  it('is written even if another cannot be', async () => {
    const [one, two] = [join(folder, 'gone/report'), join(folder, 'report')];
    const reporter = await openReporters([`text=${one}`, `text=${two}`].map(parseReporter), {
      stdout: { write: () => {} },
      colour: false,
    });
    await rm(join(folder, 'gone'), { recursive: true });
    await expect(reporter.end(aRun([aProof()]))).rejects.toMatchObject({ code: 'report-file' });
    expect(await readFile(two, 'utf8')).toContain('1 passed');
  });

  it('is named where it cannot be, and so is each other', async () => {
    const files = ['one/report', 'two/report'].map((name) => join(folder, name));
    const reporter = await openReporters(
      files.map((file) => parseReporter(`text=${file}`)),
      { stdout: { write: () => {} }, colour: false },
    );
    for (const name of ['one', 'two']) await rm(join(folder, name), { recursive: true });
    const end = reporter.end(aRun([aProof()]));
    for (const file of files)
      await expect(end).rejects.toMatchObject({ exit: 3, message: expect.stringContaining(file) });
  });
});
