// What `npm start`, `npm test` and `npm run bench` call: sets up what a bare clone lacks, then runs the program with a
// Node that is new enough. Plain JavaScript without dependencies, since it must run before anything is installed, on old
// Nodes too.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [job, ...args] = process.argv.slice(2);
/** Standard output is the program's: what prepares it talks on standard error. */
const PREPARING = ['inherit', 2, 2];

const say = (text) => process.stderr.write(`waldojo: ${text}\n`);
const changed = (path) => (existsSync(path) ? statSync(path).mtimeMs : 0);
const newest = (folder) =>
  readdirSync(folder, { withFileTypes: true }).reduce((latest, entry) => {
    const path = join(folder, entry.name);
    return Math.max(latest, entry.isDirectory() ? newest(path) : changed(path));
  }, 0);

/** Runs a command to its end; its failure is ours. */
function run(command, argv, options = {}) {
  const { status, signal, error } = spawnSync(command, argv, { cwd: root, stdio: 'inherit', ...options });
  if (error) say(`${command} could not be started: ${error.message}`);
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' ? 130 : 1));
}

function install() {
  const installed = join(root, 'node_modules/.package-lock.json');
  if (changed(installed) >= changed(join(root, 'package-lock.json'))) return;
  say('installing the libraries (npm ci), once');
  // None of them needs a script at its installation, and what such a script asks for may be lacking here.
  const env = { ...process.env };
  if (!isNewEnough())
    env.NODE_OPTIONS = `${env.NODE_OPTIONS ?? ''} --require "${join(root, 'src/as-locked-node.cjs')}"`;
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { env, stdio: PREPARING });
}

/** Whether the Node that runs us is one that the program can run on. */
function isNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantMajor, wantMinor] = manifest.engines.node.match(/\d+/g).map(Number);
  return major > wantMajor || (major === wantMajor && minor >= wantMinor);
}

/** The Node that runs us where it will do, else the locked one that the installation brought, where that runs. */
function findNode() {
  if (isNewEnough()) return process.execPath;
  // Looked for in its own package, since not every npm makes a link to it.
  const platform = `-${process.platform}-${process.arch}`;
  const packages = Object.keys(manifest.optionalDependencies).filter((name) => name.endsWith(platform));
  const locked = packages.map((name) => join(root, 'node_modules', name, 'bin/node')).find(existsSync);
  const trouble = locked && whyNot(locked);
  if (locked && !trouble) return locked;
  const wanted = manifest.engines.node.replace('>=', '');
  say(`Node.js ${wanted} or newer is needed, this is ${process.versions.node}. See https://nodejs.org`);
  if (trouble) say(`the one that came with the libraries does not run here: ${trouble}`);
  return process.exit(3);
}

/** Why this Node does not run here: a library of the system that it wants may be lacking. */
function whyNot(node) {
  const { status, error, stderr } = spawnSync(node, ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? undefined : error?.message || stderr.trim() || `it ends with status ${status}`;
}

function build(node) {
  if (changed(join(root, 'dist/main.js')) >= newest(join(root, 'src'))) return;
  say('building');
  run(node, ['src/build.js'], { stdio: PREPARING });
}

/**
 * Goes where the person stands, which is what their paths mean, and tells what they would type there to run the program
 * once more. npm runs a script in the package's root, and says in INIT_CWD where it was called; without npm that variable
 * is another's.
 */
function standWhereTheyStand() {
  const { npm_package_json: called, INIT_CWD: theirs } = process.env;
  const quoted = (path) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
  if (!theirs || !called || !existsSync(called) || realpathSync(called) !== join(root, 'package.json')) {
    process.env.WALDOJO_COMMAND = `node ${quoted(join(root, 'src/launch.js'))} start`;
    return;
  }
  try {
    process.chdir(theirs);
  } catch (error) {
    say(`${theirs} cannot be entered (${error.code}): paths are taken from ${root}`);
  }
  const inside = `${process.cwd()}/`.startsWith(root);
  process.env.WALDOJO_COMMAND = inside ? 'npm start --' : `npm --prefix ${quoted(root.replace(/\/$/, ''))} start --`;
}

/** Becomes the program where this Node can, so that a signal meets it and not us; else runs it and passes its end on. */
function become(node, argv) {
  const environment = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
  if (process.execve) process.execve(node, [node, ...argv], environment);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  run(node, argv, { env: environment, cwd: process.cwd() });
}

install();
const node = findNode();
build(node);
const program = join(root, 'dist/main.js');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
switch (job) {
  case 'start':
    standWhereTheyStand();
    become(node, [program, ...args]);
    break;
  case 'test':
    // The tests' labs need an image; where one is there already this takes no time.
    if (args.length === 0) run(node, [program, 'images', 'build', '--usable', ...(process.env.CI ? ['--yes'] : [])]);
    process.chdir(root);
    become(node, [vitest, 'run', '--config', 'test/vitest.config.ts', ...args]);
    break;
  case 'bench':
    process.chdir(root);
    become(node, ['test/bench/bench.ts', ...args]);
    break;
  default:
    say('use npm start, npm test or npm run bench');
    process.exit(2);
}
