// What `npm start`, `npm test` and `npm run bench` call: sets up what a bare clone lacks, then runs the program with a
// Node that is new enough. Plain JavaScript without dependencies, since it must run before anything is installed, on old
// Nodes too.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [job, ...args] = process.argv.slice(2);

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
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** The Node that runs us where it will do, else the locked one that the development install brought. */
function findNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [wantMajor, wantMinor] = engines.node.match(/\d+/g).map(Number);
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return process.execPath;
  const locked = join(root, 'node_modules/.bin/node');
  if (existsSync(locked)) return locked;
  say(`Node.js ${wantMajor}.${wantMinor} or newer is needed, this is ${process.versions.node}. See https://nodejs.org`);
  return process.exit(3);
}

function build(node) {
  if (changed(join(root, 'dist/main.js')) >= newest(join(root, 'src'))) return;
  say('building');
  run(node, ['src/build.js']);
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
