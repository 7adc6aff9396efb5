import { expect, it, onTestFinished } from 'vitest';
import { commandsOf } from '../../src/model/scenario.ts';
import { parseScenario } from '../../src/scenario/parse.ts';
import { Session } from '../../src/session/session.ts';
import { poll } from '../../src/util/poll.ts';
import { forEachRuntime, major, sh } from './runtimes.ts';

const DOCUMENT = `---
format: 1
title: Something to lose
summary: What a learner may do between the steps.
difficulty: beginner
minutes: 1
lab:
  hosts:
    lab:
      image: postgres
      clusters:
        main: { port: 5432, state: running }
terminals:
  shell: { user: student }
  psql: { user: student, command: psql -d postgres }
---

# Something to lose

What was made may be lost.

## Make it

\`\`\`sh run
echo kept >dump
\`\`\`
\`\`\`yaml check
name: There is a dump
file: /home/student/dump
otherwise: There is none.
\`\`\`

## Destroy the rest

\`\`\`sh run
rm -f original
\`\`\`
\`\`\`sql run
SELECT 1;
\`\`\`
\`\`\`yaml check
name: The server has answered
ran: SELECT 1
otherwise: It was not asked.
\`\`\`

## Set up

\`\`\`sh setup
echo once >>entered; sleep 0.3
\`\`\`

That was all.
`;

forEachRuntime((runtime) => {
  const options = () => {
    const { scenario, diagnostics } = parseScenario(DOCUMENT, { file: 'a.md', id: 'something-to-lose', major });
    expect(diagnostics).toEqual([]);
    return { scenario: scenario!, runtime, keep: true };
  };
  const local = runtime.name === 'local';

  it.runIf(local)(
    'types nothing untrue: what was lost, what is in the way, a setup that still runs',
    async () => {
      const session = new Session(options());
      onTestFinished(() => session.close('remove'));
      await session.start();
      await session.runNext();
      await session.settle();
      expect(session.state.steps[0]).toMatchObject({ completed: true });

      await session.next();
      await sh(session.lab!, 'rm /home/student/dump');
      await session.runNext();
      expect(session.state.notice?.text).toMatch(/Not typed, because something of step 1 .*There is a dump/);
      expect(session.state.steps[1]!.blocks).toEqual({});
      await session.runNext();
      const [remove, select] = commandsOf(session.scenario.steps[1]!.blocks, 'run');
      expect(session.state.steps[1]!.blocks).toEqual({ [remove!.id]: 'done' });

      await poll(async () => session.terminal('psql'), Boolean, { within: 20_000 });
      const psql = session.terminal('psql')!;
      psql.write('SELECT pg_sleep(60);\r');
      await poll(
        async () => psql.state.at,
        (at) => at === 'program',
        { within: 10_000 },
      );
      await session.runNext();
      expect(session.state.notice?.text).toMatch(/pg_sleep.*still running in psql\. Ctrl-C ends it/);
      expect(session.state.steps[1]!.blocks).toEqual({ [remove!.id]: 'done' });
      await psql.interrupt();
      expect(session.state.notice).toBeNull();
      await session.runNext();
      expect(session.state.steps[1]!.blocks).toMatchObject({ [select!.id]: 'done' });

      await psql.type('\\c student');
      await psql.type('\\q');
      await session.runNext(select);
      expect(psql.context()).toMatchObject({ database: 'student' });

      await Promise.all([session.next(), session.previous(), session.next()]);
      expect(session.state.step).toBe(2);
      expect(await sh(session.lab!, 'cat /home/student/entered', 'student')).toBe('once');
      await session.reset();
      expect(session.state).toMatchObject({ step: 0, phase: { name: 'ready' } });
      expect(session.state.steps[0]).toMatchObject({ completed: true });
    },
    60_000,
  );

  it.runIf(local)(
    'leaves no lab of a session that is closed while it is being made',
    async () => {
      const session = new Session(options());
      const starting = session.start();
      await session.close('keep');
      await starting;
      const labs = await runtime.labs();
      expect(labs.filter(({ scenario }) => scenario === session.scenario.id)).toEqual([]);
      expect(session.lab).toBeUndefined();
    },
    60_000,
  );
});
