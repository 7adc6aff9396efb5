import { Command, CommanderError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { RUNTIMES } from '../lab/lab.ts';
import { suggest } from '../scenario/nearest.ts';
import { ownCommand } from '../util/own-command.ts';
import { packageFile } from '../util/paths.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import { collect, parseJobs, parseMajor, parseMajors, parseRuntimes, parseShard } from './options.ts';
import type { StartOptions } from './start.ts';

/** Resolves to an exit status: one of EXIT, or that of a program that was run for the person. */
type Run = (...args: never[]) => Promise<number>;

const runtimeOption = () =>
  new Option('--runtime <name>', 'docker or local; by itself it takes what works').choices(RUNTIMES);
const jsonOption = () => new Option('--json', 'print one JSON document');
const yesOption = (what = 'install what is missing') => new Option('-y, --yes', `${what} without asking`);
const START_YES = 'install what is missing, and put a new lab in the place of one that is kept,';

const startOptions = (command: Command): Command =>
  command
    .addOption(runtimeOption())
    .option('--pg <major>', 'PostgreSQL major version', parseMajor)
    .option('--step <step>', 'begin at this step (number or id); the ones before it are done for you')
    .option('--fresh', 'in a new lab, from the first step')
    .option('--plain', 'plain text and a prompt in place of the full screen')
    .addOption(yesOption(START_YES));

/** Without the name of a command: the picker, or the scenario that is named in its place. */
async function pickOr(words: string[], options: StartOptions, program: Command, signal: AbortSignal): Promise<number> {
  const { pickAndStart, start } = await import('./start.ts');
  const [word, ...rest] = words;
  if (word === undefined) {
    const [particular] = (['step', 'fresh', 'plain'] as const).filter((name) => options[name] !== undefined);
    if (particular === undefined) return pickAndStart(options, signal);
    const hint = `waldojo start <scenario> --${particular}\nwaldojo list`;
    throw new UserError('no-scenario', `Which scenario is --${particular} for?`, { hint, exit: EXIT.usage });
  }
  const { findScenario, scenarioIds } = await import('../scenario/load.ts');
  if (rest.length === 0 && (await findScenario(word).catch(() => undefined))) return start(word, options, signal);
  const commands = program.commands.map((command) => command.name()).filter((name) => !HIDDEN.includes(name));
  throw new UserError('unknown-command', `There is no command "${word}", and no scenario of that name.`, {
    hint: suggest(word, [...commands, ...(await scenarioIds(packageFile('scenarios')))]),
    exit: EXIT.usage,
  });
}

const HIDDEN = ['pick', 'janitor'];

const TEST_STATUS = `
Exit status:
  0    every lesson works
  1    one does not
  2    wrong usage
  3    one could not be judged: an engine, an image or a check did not work
  130  interrupted, with a report of what was done
`;

/** Reads the arguments, runs the command they name, resolves to its exit status. Each command's code is loaded when it runs. */
export async function runCommandLine(argv: string[], signal: AbortSignal): Promise<number> {
  let status: number = EXIT.done;
  const action =
    (run: Run) =>
    async (...args: unknown[]) => {
      status = await run(...(args as never[]));
    };

  const program = new Command(ownCommand())
    .description('Practise PostgreSQL backup and recovery on real clusters, in your terminal.')
    .version(packageJson.version)
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });

  startOptions(program.command('pick', { isDefault: true, hidden: true }))
    .argument('[word...]')
    .action(action((words, options) => pickOr(words, options, program, signal)));

  startOptions(program.command('start'))
    .description('open a scenario; one that was begun goes on where it stood')
    .argument('<scenario>', 'its id, or a path to its folder')
    .action(action(async (id, options) => (await import('./start.ts')).start(id, options, signal)));

  program
    .command('list')
    .description('the scenarios, and how far you are')
    .addOption(jsonOption())
    .action(action(async (options) => (await import('./list.ts')).list(options)));

  program
    .command('test')
    .description('prove that lessons work: untouched they fail, mistakes are diagnosed, solved they pass')
    .argument('[scenario...]', 'ids or paths; all scenarios by default')
    .optionsGroup('What to prove:')
    .option('--pg <majors>', '13,15 or all; default: one that the scenario is for', parseMajors)
    .option('--runtime <names>', 'docker, local or both; default: what works', parseRuntimes)
    .option('--changed <git-ref>', 'only scenarios that changed since this commit')
    .option('--shard <i/n>', 'only this part, as 1/3, 2/3 and 3/3', parseShard)
    .optionsGroup('How to prove it:')
    .option('--ablate', 'leave out each command in turn: is it noticed?')
    .option('--rewind', 'put the lab back to an earlier step and go on')
    .option('--jobs <n>', 'so many labs at work at once; default: cores / 2', parseJobs)
    .option('--bail', 'begin no more after the first that fails')
    .option('--keep-failed', 'keep the lab of what failed, and say how to enter it')
    .option('--update', 'write what was printed into the output blocks')
    .optionsGroup('How to report it:')
    .option('--reporter <name[=file]>', 'text, json, junit or github; several with commas', collect)
    .addOption(new Option('--json', 'the same as --reporter json'))
    .addHelpText('after', TEST_STATUS)
    .action(action(async (ids, options) => (await import('./test.ts')).test(ids, options, signal)));

  program
    .command('lint')
    .description('check documents without running them')
    .argument('[path...]', 'scenario folders or documents; all scenarios by default')
    .addOption(jsonOption())
    .action(action(async (paths, options) => (await import('./lint.ts')).lint(paths, options)));

  const labs = program
    .command('labs')
    .description('your labs')
    .option('--all-users', 'those of other users and data directories of an engine too')
    .addOption(jsonOption());
  labs.action(action(async (options) => (await import('./labs.ts')).listLabs(options)));
  labs
    .command('rm')
    .description('remove labs')
    .argument('[id...]')
    .option('--all', 'all of yours that are not in use')
    .option('-y, --yes', 'remove without asking')
    .action(
      action(async (ids, _, command: Command) =>
        (await import('./labs.ts')).removeLabs(ids, command.optsWithGlobals(), signal),
      ),
    );
  labs
    .command('enter')
    .description('open a shell in a lab that is not in use, such as one that test --keep-failed has kept')
    .argument('<id>')
    .option('--user <name>', 'as this user', 'student')
    .action(action(async (id, options) => (await import('./enter-lab.ts')).enterLab(id, options, signal)));

  const images = program.command('images').description('the lab images');
  images
    .command('list', { isDefault: true })
    .description('what is there')
    .addOption(jsonOption())
    .action(action(async (options) => (await import('./images.ts')).listImages(options)));
  images
    .command('build')
    .description('make lab images; those that are there and current are left alone')
    .option('--pg <majors>', 'majors, as 15,17 or all (default: the default major)', parseMajors)
    .option('--runtime <names>', 'docker, local or both (default: what works)', parseRuntimes)
    .option('--usable', 'for every runtime that works here, and fail for none')
    .addOption(yesOption())
    .action(action(async (options) => (await import('./images.ts')).buildImages(options, signal)));
  images
    .command('rm')
    .description('remove lab images')
    .option('--pg <majors>', 'only these majors', parseMajors)
    .addOption(new Option('--runtime <names>', 'only of these runtimes').argParser(parseRuntimes))
    .action(action(async (options) => (await import('./images.ts')).removeImages(options)));
  images
    .command('export')
    .description('write an image to a file, for a machine without a network')
    .argument('<file>')
    .option('--pg <major>', 'PostgreSQL major version', parseMajor)
    .addOption(runtimeOption())
    .action(action(async (file, options) => (await import('./images.ts')).exportImage(file, options, signal)));
  images
    .command('import')
    .description('take an image from a file that export wrote')
    .argument('<file>')
    .option('--pg <major>', 'PostgreSQL major version', parseMajor)
    .addOption(runtimeOption())
    .action(action(async (file, options) => (await import('./images.ts')).importImage(file, options, signal)));

  program
    .command('doctor')
    .description('what works on this machine and, for what does not, what to do about it')
    .addOption(jsonOption())
    .action(action(async (options) => (await import('./doctor.ts')).doctor(options)));

  const progress = program.command('progress').description('what was finished, when, with how many hints');
  progress.addOption(jsonOption());
  progress.action(action(async (options) => (await import('./progress.ts')).showProgress(options)));
  progress
    .command('reset')
    .description('forget the progress of a scenario, or of all')
    .argument('[scenario]')
    .action(action(async (id) => (await import('./progress.ts')).resetProgress(id)));

  program
    .command('janitor', { hidden: true })
    .argument('<owner>')
    .action(action(async (owner) => (await import('../lab/janitor.ts')).runJanitor(owner).then(() => EXIT.done)));

  try {
    await program.parseAsync(argv);
  } catch (error) {
    // Help and --version end this way too; commander has printed everything already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    throw error;
  }
  return status;
}
