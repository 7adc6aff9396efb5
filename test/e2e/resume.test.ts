import { expect, it, onTestFinished } from 'vitest';
import type { LabRecord } from '../../src/lab/lab.ts';
import { poll } from '../../src/util/poll.ts';
import { forEachRuntime, major } from '../contract/runtimes.ts';
import { ownState, run, Student } from './student.ts';

const LESSON = 'dump-and-restore';

forEachRuntime((runtime) => {
  it('brings a learner whose program was killed back to the same step of the same lab', async () => {
    const env = await ownState();
    const args = ['start', LESSON, '--runtime', runtime.name, '--pg', String(major)];
    const student = new Student(args, { env });
    onTestFinished(() => student.leaveAtOnce());
    await student.sees(/student@lab:~\$/);
    // Solves the first step by other words than the lesson's, in one terminal.
    student.type("psql -qd postgres -c 'CREATE DATABASE bakery'\r");
    student.type(
      "psql -qd bakery -c 'CREATE TABLE bread(name text, price int)' -c \"INSERT INTO bread VALUES ('rye',4),('spelt',5),('baguette',NULL)\"\r",
    );
    await student.sees('Step done');
    student.leader('n');
    await student.sees('Step 2 of');
    student.type('mkdir mine; cd mine; mine=yes\r');
    await student.sees(/student@lab:~\/mine\$/);
    // A disk may take its time to have it.
    const saved = async () => JSON.parse((await run(['progress', '--json'], { env })).stdout).scenarios[LESSON];
    const { lab } = await poll(saved, ({ step }) => step === 'write-the-dump', { within: 20_000 });
    const { id } = lab;
    await student.leaveAtOnce();
    onTestFinished(async () => void (await run(['labs', 'rm', id], { env })));
    const record = await poll(
      async () => (await runtime.labs()).find((lab: LabRecord) => lab.id === id),
      (lab) => lab?.running === false,
      { within: 20_000 },
    );
    expect(record).toMatchObject({ running: false, owned: false });

    const back = new Student(args, { env });
    onTestFinished(() => back.leaveAtOnce());
    await back.sees('Step 2 of');
    await back.sees(/student@lab:~\/mine\$/);
    back.type("echo $mine; psql -Atd bakery -c 'SELECT sum(price) FROM bread'\r");
    await back.sees(/\nyes\b|[│┃├] yes\s[\s\S]* 9\s/);
    await back.removesLab();
    expect(await back.ended).toBe(0);
    expect((await runtime.labs()).map((lab) => lab.id)).not.toContain(id);
  }, 180_000);
});
