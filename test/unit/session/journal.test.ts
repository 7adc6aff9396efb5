import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Scenario } from '../../../src/model/scenario.ts';
import { parseScenario } from '../../../src/scenario/parse.ts';
import type { ScenarioProgress } from '../../../src/session/progress.ts';
import type { Session } from '../../../src/session/session.ts';
import { type Action, initialState, reduce } from '../../../src/session/state.ts';
import { good } from '../scenario/good.ts';

// The state folder is found when the module is loaded, so each test loads it anew with a folder of its own.
let progress: typeof import('../../../src/session/progress.ts');
let journals: typeof import('../../../src/session/journal.ts');
beforeEach(async () => {
  vi.stubEnv('XDG_STATE_HOME', await mkdtemp(join(tmpdir(), 'waldojo-journal-')));
  vi.resetModules();
  progress = await import('../../../src/session/progress.ts');
  journals = await import('../../../src/session/journal.ts');
});

const scenario: Scenario = parseScenario(good, { file: 'scenario.md', id: 'example', major: 17 }).scenario!;
const [first, second] = scenario.steps.map(({ id }) => id) as [string, string];

/** The parts of a session that a journal looks at. */
class Subject {
  readonly scenario = scenario;
  state = initialState(scenario, 'local');
  lab: Pick<NonNullable<Session['lab']>, 'id' | 'runtime' | 'major'> | undefined;
  #tell = () => {};
  readonly places = () => ({});
  subscribe = (tell: () => void) => {
    this.#tell = tell;
    return () => {};
  };

  does(...actions: Action[]): void {
    for (const action of actions) this.state = reduce(this.state, action);
    this.#tell();
  }

  gets(id: string): void {
    this.lab = { id, runtime: 'local', major: 17 };
    this.does();
  }
}

const READY: Action = { type: 'phase', phase: { name: 'ready' } };
const completes = (step: number): Action => ({ type: 'verdicts', step, verdicts: [{ status: 'pass' }], latched: [] });

function begin(replaced?: string, trouble: (text: string) => void = () => {}) {
  const session = new Subject();
  return { session, journal: journals.keepJournal(session as unknown as Session, 'key', trouble, replaced) };
}
const saved = async (): Promise<ScenarioProgress | undefined> => (await progress.readProgress()).progress.scenarios.key;

describe('a lab', () => {
  it('is led to once it is ready, and not while it is being made', async () => {
    const { session, journal } = begin();
    session.does();
    session.gets('new');
    expect(await journal.flush()).toEqual({ lab: { id: 'new', stood: false, saved: false } });
    expect(await saved()).toBeUndefined();
    session.does(READY);
    expect(await journal.flush()).toEqual({ lab: { id: 'new', stood: true, saved: true } });
    expect(await saved()).toMatchObject({ step: first, lab: { id: 'new' } });
  });

  it('takes the place of another when it is ready, and that of its own when it was made anew', async () => {
    const one = begin();
    one.session.gets('old');
    one.session.does(READY);
    await one.journal.flush();

    const two = begin('old');
    two.session.gets('new');
    two.session.does({ type: 'phase', phase: { name: 'failed', message: 'no' } });
    await two.journal.flush();
    expect((await saved())?.lab?.id).toBe('old');
    two.session.does(READY);
    await two.journal.flush();
    two.session.does({ type: 'reset' });
    two.session.gets('newer');
    two.session.does(READY);
    await two.journal.flush();
    expect((await saved())?.lab?.id).toBe('newer');
  });

  it('never takes the place of one that another program has made meanwhile', async () => {
    const [one, two] = [begin(), begin()];
    one.session.gets('first');
    one.session.does(READY, { type: 'step', step: 1 });
    await one.journal.flush();
    two.session.gets('second');
    two.session.does(READY, completes(0));
    expect(await two.journal.flush()).toMatchObject({ lab: { id: 'second', saved: false } });
    one.session.does(completes(1));
    await one.journal.flush();
    // And what was finished in either is finished.
    expect(await saved()).toMatchObject({
      ...{ lab: { id: 'first' }, step: second },
      steps: { [first]: { completed: expect.any(String) }, [second]: { completed: expect.any(String) } },
    });
  });
});

describe('a session that is closed at once', () => {
  it('is remembered as it was last seen', async () => {
    const { session, journal } = begin();
    session.gets('lab');
    session.does(READY);
    session.lab = undefined;
    session.does({ type: 'phase', phase: { name: 'closed' } });
    expect(await journal.flush()).toMatchObject({ lab: { saved: true } });
    expect((await saved())?.lab).toMatchObject({ id: 'lab', major: 17 });
  });
});

describe('what was finished', () => {
  it('stays finished, with its hints, when one begins again', async () => {
    const one = begin();
    one.session.gets('one');
    one.session.does(READY, { type: 'hint' }, { type: 'solution' }, completes(0));
    await one.journal.flush();
    const before = (await saved())!;
    one.session.does({ type: 'reset' });
    await one.journal.flush();
    const two = begin('one');
    two.session.gets('two');
    two.session.does(READY);
    await two.journal.flush();
    const { completed, hints, solution } = before.steps[first]!;
    expect((await saved())!.steps[first]).toMatchObject({ completed, hints, solution });
    // A new lab shows it, and nothing else of what was done in the old one.
    const [step] = journals.achieved(scenario, before);
    expect(step).toMatchObject({ completed: true, entered: false, blocks: {}, hints: 0, solutionShown: false });
  });

  it('is saved in the end where it could not be at first, and else its trouble is known', async () => {
    const told: string[] = [];
    const { session, journal } = begin(undefined, (text) => told.push(text));
    vi.stubEnv('XDG_STATE_HOME', '/proc/waldojo');
    vi.resetModules();
    session.gets('lab');
    session.does(READY, { type: 'answer', question: 'q', answer: { given: 'x'.repeat(1_000_000), right: true } });
    expect((await journal.flush()).trouble).toBeUndefined();
    expect((await saved())!.steps[first]!.answers.q!.given.length).toBe(1000);

    const closed = await import('../../../src/session/journal.ts');
    const other = new Subject();
    const troubled = closed.keepJournal(other as unknown as Session, 'key', (text) => told.push(text));
    other.gets('lab');
    other.does(READY);
    expect(await troubled.flush()).toMatchObject({
      trouble: expect.stringMatching(/could not be saved/),
      lab: { saved: false },
    });
    expect(told[0]).toMatch(/could not be saved/);
  });
});
