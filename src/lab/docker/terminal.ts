import type { LabTerminal } from '../lab.ts';
import type { Process } from './process.ts';

/** Bytes that may wait for programs that do not read. */
const MOST_WAITING = 16 * 1024 * 1024;

/** A terminal over a process that was started on a terminal. */
export function createPty(process: Process): LabTerminal {
  const { socket } = process;
  let exited = false;
  process.ended.then(() => {
    exited = true;
  });
  // One at a time, as answers can overtake each other; of those that wait, only the last matters.
  let resizing: Promise<unknown> | undefined;
  let wanted: [number, number] | undefined;
  const resizeNext = (): void => {
    if (resizing || !wanted || exited) return;
    const [columns, rows] = wanted;
    wanted = undefined;
    resizing = process.resize(columns, rows).finally(() => {
      resizing = undefined;
      resizeNext();
    });
  };
  return {
    onData: (listener) => process.listen((_, bytes) => listener(bytes)),
    onExit: (listener) => void process.ended.then(listener),
    exitStatus: () => process.ended.then(process.exitCode),
    // A program that never reads does not make this one grow for ever.
    write: (bytes) => void (exited || socket.writableLength > MOST_WAITING || socket.write(bytes)),
    resize(columns, rows) {
      wanted = [columns, rows];
      resizeNext();
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    kill: () => void process.kill().catch(() => {}),
  };
}
