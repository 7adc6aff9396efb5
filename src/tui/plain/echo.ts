import { spawnSync } from 'node:child_process';
import type { Session } from '../../session/session.ts';
import type { TabState } from '../../terminal/terminal.ts';

/** Says what the tty of a tab is set to, by the shell that was started for the tab: its environment has the name. */
const SETTINGS = `
for environment in $(grep -lzx "WALDOJO_TERMINAL=$1" /proc/[0-9]*/environ 2>/dev/null); do
  process=\${environment%/environ}
  [ -c "$process/fd/0" ] && stty -a <"$process/fd/0" 2>/dev/null && exit
done`;
/** Milliseconds for that. */
const PATIENCE = 3_000;

/** What is typed next in the tab in front is not to be seen: what reads there has asked for lines without their echo. */
async function readsSecretly(session: Session): Promise<boolean> {
  const spec = session.scenario.terminals.find(({ name }) => name === session.state.terminal);
  // As the user of that shell: root may be kept from the environment of others.
  const user = spec?.user ?? 'root';
  const argv = ['sh', '-c', SETTINGS, 'sh', session.state.terminal];
  const settings = await session.lab?.exec(argv, { user, timeout: PATIENCE }).catch(() => undefined);
  const words = settings?.stdout.split(/[\s;]+/) ?? [];
  // A line editor turns off both, and draws what is typed itself.
  return words.includes('-echo') && words.includes('icanon');
}

/** Where what reads in the lab does not show what is typed, this terminal does not either. */
export class Echo {
  readonly #session: Session;
  readonly #say: (text: string) => void;
  #hides = false;
  /** Counts up; only the newest look at what reads counts. */
  #looks = 0;

  constructor(session: Session, say: (text: string) => void) {
    this.#session = session;
    this.#say = say;
  }

  /** Looks at what reads in the tab in front, whose state that is. */
  async follow(state: TabState | undefined): Promise<void> {
    const look = ++this.#looks;
    const wanted = state?.at === 'program' && (await readsSecretly(this.#session));
    if (look !== this.#looks || wanted === this.#hides) return;
    if (!wanted) return this.show();
    this.#hides = true;
    this.#say(showTyped(false) ? 'What you type is not shown.' : 'Beware: what you type will be visible.');
  }

  /** A line has come, or nothing is read any more. */
  show(): void {
    this.#looks++;
    if (!this.#hides) return;
    this.#hides = false;
    showTyped(true);
    // The Enter was not shown either.
    this.#say('');
  }
}

let hidden = false;
const restore = () => void stty('echo');

/** Whether our own terminal shows what is typed. Returns false where that could not be changed. */
function showTyped(shown: boolean): boolean {
  if (shown === !hidden) return true;
  if (!stty(shown ? 'echo' : '-echo')) return false;
  hidden = !shown;
  if (hidden) process.once('exit', restore);
  else process.off('exit', restore);
  return true;
}

const stty = (setting: string): boolean =>
  spawnSync('stty', [setting], { stdio: ['inherit', 'ignore', 'ignore'], timeout: PATIENCE }).status === 0;
