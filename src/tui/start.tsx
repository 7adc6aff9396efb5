import type { OnProgress, Progress } from '../lab/lab.ts';
import { EXIT, UserError } from '../util/user-error.ts';
import { App } from './app.tsx';
import { Clicks } from './clicks.ts';
import { type FullScreen, openFullScreen } from './full-screen.ts';
import { sequenceName } from './key-name.ts';
import type { Rect } from './layout.ts';
import { onMouse } from './mouse.ts';
import { Picker } from './panes/picker.tsx';
import { ProgressScreen } from './panes/progress.tsx';
import { press } from './perform.ts';
import { type PickerItem, PickerModel } from './picker-model.ts';
import { type Left, type Played, Player } from './player.ts';
import { typed } from './typed.ts';

export type { PickerItem } from './picker-model.ts';

/** Shows a session, which is starting or has started, until the person leaves it, and closes it as they chose. */
export async function play(session: Played): Promise<Left> {
  const clicks = new Clicks();
  const screen: FullScreen = openFullScreen({
    onLeader: (key) => press(player, sequenceName(key)),
    onLeaderPending: (pending) => player.lead(pending),
    onTyped: (keys, pasted) => typed(player, keys, pasted),
    onTypedInTerminal: () => player.fold(),
    onMouse: (event) => onMouse(event, player, clicks),
  });
  const player = new Player(session, screen.size);
  player.onCopy = screen.copy;
  const stage = { show: (rect: Rect | null, covered: Rect | null) => showTerminal(screen, player, rect, covered) };
  screen.onResize((size) => player.resize(size));
  try {
    screen.render(<App player={player} clicks={clicks} stage={stage} />);
    return await player.left;
  } finally {
    screen.close();
  }
}

function showTerminal(
  { compositor, input }: FullScreen,
  player: Player,
  rect: Rect | null,
  covered: Rect | null,
): void {
  const { terminal } = player;
  const panes = terminal && rect ? [{ terminal, ...rect, covered: covered ?? undefined }] : [];
  compositor.setPanes(panes, player.typing ? (panes[0]?.terminal ?? null) : null);
  // After the leader was pressed it is the input that waits for the next key.
  input.setPanes(panes, player.typing || player.ui.leader === 'key' ? (panes[0]?.terminal ?? null) : null);
}

/** Lets a person choose a scenario. Resolves to null when they quit. `notices` stand above the list. */
export async function pick(items: PickerItem[], notices: string[]): Promise<{ id: string } | null> {
  const clicks = new Clicks();
  const screen = openFullScreen({
    onLeader: () => {},
    onMouse: ({ kind, x, y, wheel }) => {
      if (wheel) model.move(wheel);
      const command = kind === 'press' ? clicks.at(x, y) : undefined;
      if (command?.do === 'choose') model.choose(command.index);
      return true;
    },
  });
  const model = new PickerModel(items, notices, screen.size);
  screen.onResize((size) => model.resize(size));
  try {
    screen.render(<Picker model={model} clicks={clicks} />);
    return await model.chosen;
  } finally {
    screen.close();
  }
}

/** Shows how far something long has come. Ctrl-C aborts its signal. */
export async function withProgressScreen<T>(
  title: string,
  work: (onProgress: OnProgress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const screen = openFullScreen({ onLeader: () => {}, onMouse: () => true });
  const interrupt = () => abort.abort(new UserError('interrupted', 'Interrupted.', { exit: EXIT.interrupted }));
  let last: Progress | undefined;
  const show = () =>
    screen.render(<ProgressScreen title={title} progress={last} size={screen.size} onInterrupt={interrupt} />);
  screen.onResize(show);
  try {
    show();
    const onProgress: OnProgress = (progress) => {
      last = progress;
      show();
    };
    return await work(onProgress, abort.signal);
  } catch (error) {
    // However the work failed once it was told to stop, the reason is that it was told to.
    abort.signal.throwIfAborted();
    throw error;
  } finally {
    screen.close();
  }
}
