import { type Instance, render } from 'ink';
import type { ReactNode } from 'react';
import { Compositor } from './compositor.ts';
import { Input, type InputHandlers } from './input.ts';
import { type Size, sizeOf } from './layout.ts';

export interface FullScreen {
  readonly compositor: Compositor;
  readonly input: Input;
  readonly size: Size;
  onResize(listener: (size: Size) => void): void;
  render(node: ReactNode): void;
  /** Hands a text to the terminal's clipboard (OSC 52), which a terminal may refuse without a word. */
  copy(text: string): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

const FATAL = ['SIGTERM', 'SIGHUP'] as const;

/**
 * Takes the terminal over. It is given back by `close`, and also when the program ends in any other way that lets it do
 * something still: an exit, an exception nobody caught, a signal.
 */
export function openFullScreen(handlers: InputHandlers): FullScreen {
  const out = process.stdout;
  const compositor = new Compositor(out);
  const input = new Input(process.stdin, out, handlers);
  const size = (): Size => sizeOf(out);
  let app: Instance | undefined;
  let open = true;

  const close = () => {
    if (!open) return;
    open = false;
    process.off('exit', close).off('uncaughtExceptionMonitor', close);
    for (const signal of FATAL) process.off(signal, onSignal);
    app?.unmount();
    input.stop();
    compositor.stop();
  };
  // Whoever sent the signal sees the end that it asked for; the lab is its janitor's.
  const onSignal = (signal: NodeJS.Signals) => {
    close();
    process.kill(process.pid, signal);
  };
  process.on('exit', close).on('uncaughtExceptionMonitor', close);
  for (const signal of FATAL) process.on(signal, onSignal);

  compositor.start();
  input.start();
  return {
    compositor,
    input,
    get size() {
      return size();
    },
    onResize: (listener) => {
      compositor.onResize(() => listener(size()));
    },
    copy: (text) => void out.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`),
    render: (node) => {
      if (app) app.rerender(node);
      else {
        app = render(node, {
          stdout: compositor.stdout,
          stdin: input.stdin,
          debug: true,
          exitOnCtrlC: false,
          patchConsole: false,
        });
      }
    },
    close,
  };
}
