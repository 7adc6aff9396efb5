import { createInterface } from 'node:readline/promises';
import { checksOf, commandsOf, hintsOf } from '../model/scenario.ts';
import { allPass } from '../model/verdict.ts';
import type { Session } from '../session/session.ts';
import { currentStep, nextBlock, openQuestion } from '../session/state.ts';
import { messageOf } from '../util/user-error.ts';

const HELP = `Type a command: it runs in the lab, in the terminal whose name the prompt shows.
  /run        run the lesson's next command     /check       is this step done?
  /next       next step                         /back        previous step
  /hint       a hint                            /solution    show the solution
  /answer …   answer the question               /in <name>   change the terminal
  /read       this step's text again            /reset       start over in a new lab
  /again      start a lab again that has stopped, and go on
  /quit       leave and keep the lab            /remove      leave and remove the lab`;

/** The session as plain text: for a screen reader, a dumb terminal, or a pipe. */
export async function play(session: Session): Promise<{ left: 'keep' | 'remove'; again: boolean }> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const unsubscribe = session.subscribe(announce(session, say));
  say(`${session.scenario.title}\n`);
  await started(session);
  if (session.state.phase.name === 'ready') {
    say(`${HELP}\n`);
    tellStep(session, say);
  }
  // Not before it is read from, or what is typed meanwhile, and that nothing more comes, would be lost.
  const input = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
  let left: 'keep' | 'remove' = 'keep';
  prompt(session);
  // A pipe that ends, or Ctrl-D, leaves as /quit does.
  for await (const line of input) {
    const [word = '', ...rest] = line.trim().split(/\s+/);
    if (word === '/remove') left = 'remove';
    if (word === '/remove' || word === '/quit') break;
    try {
      await obey(session, word, rest.join(' '), line, say);
    } catch (error) {
      say(messageOf(error));
    }
    prompt(session);
  }
  input.close();
  unsubscribe();
  await session.close(left);
  return { left, again: false };
}

/** Resolves when a session that is starting is ready, or has failed to be. */
const started = (session: Session): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (session.state.phase.name === 'starting') return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = session.subscribe(look);
    look();
  });

const prompt = (session: Session) => process.stdout.write(`${session.state.terminal}> `);

async function obey(session: Session, word: string, rest: string, line: string, say: (text: string) => void) {
  switch (word) {
    case '':
      return;
    case '/help':
      return say(HELP);
    case '/read':
      return tellStep(session, say);
    case '/next':
      await session.next();
      return tellStep(session, say);
    case '/back':
      await session.previous();
      return tellStep(session, say);
    case '/check':
      return tellVerdicts(session, say);
    case '/hint': {
      const hints = hintsOf(currentStep(session.state));
      const shown = session.state.steps[session.state.step]!.hints;
      if (shown >= hints.length) return say('There are no more hints in this step.');
      session.revealHint();
      return say(hints[shown]!.markdown);
    }
    case '/solution': {
      session.revealSolution();
      const solutions = commandsOf(currentStep(session.state).blocks, 'solution');
      return say(solutions.map((block) => block.text).join('\n') || 'The commands of this step are in its text.');
    }
    case '/answer': {
      const question = openQuestion(session.state);
      if (!question) return say('There is no open question in this step.');
      const given = question.answer.type === 'choice' ? String(Number(rest) - 1) : rest;
      session.answer(question.id, given);
      const right = session.state.steps[session.state.step]!.answers[question.id]?.right;
      // Whether it is right could not be told, which is.
      if (right === undefined) return;
      return say(right ? `Right. ${question.explain}` : 'Not quite. Think again, or ask for a /hint.');
    }
    case '/in':
      session.selectTerminal(rest);
      return;
    case '/reset':
      await session.reset();
      return tellStep(session, say);
    case '/again':
      if (session.state.phase.name !== 'failed') return say('The lab has not stopped.');
      await session.start();
      return tellStep(session, say);
    case '/run': {
      const block = nextBlock(session.state);
      if (!block) return say('There is no command left to run in this step.');
      say(`${block.terminal}> ${block.text}`);
      return tellOutput(await session.run(block), say);
    }
    default: {
      if (word.startsWith('/')) return say(`There is no ${word}. /help lists what there is.`);
      const terminal = session.terminal(session.state.terminal);
      if (!terminal) return say('The lab is not ready.');
      return tellOutput(await terminal.type(line, { timeout: 120_000 }), say);
    }
  }
}

const tellOutput = (records: { output: string }[], say: (text: string) => void) => {
  for (const { output } of records) if (output) say(output);
};

function tellStep(session: Session, say: (text: string) => void): void {
  const { step, scenario } = session.state;
  const { title, blocks } = currentStep(session.state);
  if (step === 0) tellText(scenario.introduction, say);
  say(`\nStep ${step + 1} of ${scenario.steps.length}: ${title}\n`);
  tellText(blocks, say);
}

function tellText(blocks: Session['scenario']['introduction'], say: (text: string) => void): void {
  for (const block of blocks) {
    if (block.kind === 'text') say(`${block.markdown.trim()}\n`);
    else if (block.kind === 'illustration') say(block.text.replace(/^/gm, '    '));
    else if (block.kind === 'run') {
      say(`${block.text.replace(/^/gm, `    ${block.terminal}> `)}\n`);
      if (block.output) say(`You should see:\n${block.output.text.replace(/^/gm, '    ')}\n`);
    } else if (block.kind === 'question') {
      const { ask, answer } = block.question;
      say(`Question: ${ask}`);
      const choices = answer.type === 'choice' ? answer.choices : [];
      for (const [i, choice] of choices.entries()) say(`  ${i + 1}  ${choice}`);
      say('Answer with /answer\n');
    }
  }
}

async function tellVerdicts(session: Session, say: (text: string) => void): Promise<void> {
  const verdicts = await session.checkNow();
  checksOf(currentStep(session.state)).forEach((check, i) => {
    const verdict = verdicts[i]!;
    const word = { pass: 'done', fail: 'not yet', broken: 'cannot be checked' }[verdict.status];
    say(`${word}: ${check.name}`);
    if (verdict.status !== 'pass') say(`    ${verdict.reason}`);
  });
  if (allPass(verdicts)) say('This step is done. Go on with /next');
}

/** Says what changes by itself: what a start is doing, a notice, a failure. */
function announce(session: Session, say: (text: string) => void): () => void {
  let said = '';
  return () => {
    const { phase, notice } = session.state;
    const text =
      phase.name === 'starting'
        ? `${phase.text} …`
        : phase.name === 'failed'
          ? `${phase.message}\n${phase.hint ?? ''}\nYour progress is saved. /again starts the lab and goes on where you were; /quit leaves.`
          : (notice?.text ?? '');
    if (text && text !== said) say(text);
    said = text;
  };
}
