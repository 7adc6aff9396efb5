import type { SessionState } from '../session/state.ts';

export type MenuName = 'quit' | 'remove' | 'reset' | 'failed';
export type Choice = 'keep' | 'keep-and-pick' | 'ask-to-remove' | 'remove' | 'stay' | 'reset' | 'retry';

export interface Menu {
  title: string;
  text: string;
  /** The first is the one that Enter takes, and nothing is gone after it. */
  options: { label: string; choice: Choice }[];
  /** What Escape does; nothing where it is left out. */
  escape?: Choice;
}

/** What a dialog asks. */
export function menuOf(name: MenuName, state: SessionState): Menu {
  switch (name) {
    case 'quit':
      return {
        title: 'Leave this lesson?',
        text: 'What you have finished is saved either way. A lab that is kept takes you back to where you are now.',
        options: [
          { label: 'Leave, and keep the lab', choice: 'keep' },
          { label: 'Another lesson, and keep the lab', choice: 'keep-and-pick' },
          { label: 'Stay', choice: 'stay' },
          { label: 'Leave, and remove the lab …', choice: 'ask-to-remove' },
        ],
        escape: 'stay',
      };
    case 'remove':
      return {
        title: 'Remove this lab?',
        text: 'Gone for good: its servers, and every file that you made in it. Kept: the steps that you have finished.',
        options: [
          { label: 'No, keep it', choice: 'stay' },
          { label: 'Remove the lab and leave', choice: 'remove' },
        ],
        escape: 'stay',
      };
    case 'reset':
      return {
        title: 'Start over in a new lab?',
        text: 'This lab is removed, with every file that you made in it, and the lesson begins again at its first step. Kept: the steps that you have finished.',
        options: [
          { label: 'No, go on here', choice: 'stay' },
          { label: 'Remove it and start over', choice: 'reset' },
        ],
        escape: 'stay',
      };
    case 'failed': {
      const { phase } = state;
      const [message, hint] = phase.name === 'failed' ? [phase.message, phase.hint] : [''];
      return {
        title: 'The lab cannot be used',
        text: [message, hint].filter(Boolean).join('\n'),
        options: [
          { label: 'Try again', choice: 'retry' },
          { label: 'Leave; your progress is saved', choice: 'keep' },
        ],
      };
    }
  }
}
