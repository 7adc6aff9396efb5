import type { SessionState } from '../session/state.ts';

export type MenuName = 'quit' | 'reset' | 'failed';
export type Choice = 'keep' | 'keep-and-pick' | 'remove' | 'stay' | 'reset' | 'retry';

export interface Menu {
  title: string;
  text: string;
  options: { key: string; label: string; choice: Choice }[];
}

/** What a dialog asks. Escape is the same as its option `stay`; the first option is the one that Enter takes. */
export function menuOf(name: MenuName, state: SessionState): Menu {
  switch (name) {
    case 'quit':
      return {
        title: 'Leave this lesson?',
        text: 'What you have finished is saved. A lab that is kept takes you back to where you are now.',
        options: [
          { key: 'k', label: 'Keep the lab for later and quit', choice: 'keep' },
          { key: 'p', label: 'Keep the lab and pick another scenario', choice: 'keep-and-pick' },
          { key: 'r', label: 'Remove the lab and quit', choice: 'remove' },
          { key: 'Esc', label: 'Stay here', choice: 'stay' },
        ],
      };
    case 'reset':
      return {
        title: 'Start over in a new lab?',
        text: 'Everything in this lab is lost, and the lesson begins again at its first step.',
        options: [
          { key: 'Esc', label: 'No, go on here', choice: 'stay' },
          { key: 'y', label: 'Yes, start over', choice: 'reset' },
        ],
      };
    case 'failed': {
      const { phase } = state;
      const [message, hint] = phase.name === 'failed' ? [phase.message, phase.hint] : [''];
      return {
        title: 'The lab cannot be used',
        text: [message, hint].filter(Boolean).join('\n'),
        options: [
          { key: 'r', label: 'Try again', choice: 'retry' },
          { key: 'q', label: 'Quit; your progress is saved', choice: 'keep' },
        ],
      };
    }
  }
}
