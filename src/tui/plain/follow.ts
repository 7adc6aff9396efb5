import type { Session } from '../../session/session.ts';

/** What a session says by itself: what a start is doing, a notice, a failure. */
export function sayingOf(phase: Session['state']['phase'], notice: string | undefined): string {
  if (phase.name === 'starting') return `${phase.text} …`;
  if (phase.name !== 'failed') return notice ?? '';
  return [phase.message, phase.hint, 'Your progress is saved. /again goes on in what is left of the lab, /quit leaves.']
    .filter(Boolean)
    .join('\n');
}

/** Resolves when a session is as wanted, or after `within` milliseconds. */
export const until = (session: Session, wanted: (state: Session['state']) => boolean, within?: number): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const unsubscribe = session.subscribe(() => wanted(session.state) && end());
    const timer = within === undefined ? undefined : setTimeout(end, within);
    if (session.state.phase.name === 'failed' || wanted(session.state)) end();
  });
