import { questionsOf } from '../model/scenario.ts';
import { currentStep, type SessionState } from '../session/state.ts';
import { type Choice, type MenuName, menuOf } from './menus.ts';

export type Dialog =
  | { kind: 'help'; top: number }
  | { kind: 'menu'; name: MenuName; selected: number }
  | { kind: 'question'; question: string; text: string }
  | { kind: 'closing'; text: string };

/** What a key in a dialog leads to. */
export type Outcome =
  | { type: 'none' }
  | { type: 'dialog'; dialog: Dialog | null }
  | { type: 'choose'; choice: Choice }
  | { type: 'answer'; question: string; given: string };

const none: Outcome = { type: 'none' };
const become = (dialog: Dialog | null): Outcome => ({ type: 'dialog', dialog });

/** `text` is what the key would write. */
export function pressInDialog(dialog: Dialog, key: string, text: string, state: SessionState): Outcome {
  switch (dialog.kind) {
    case 'closing':
      return none;
    case 'help': {
      const by = { down: 1, j: 1, up: -1, k: -1, pagedown: 10, space: 10, pageup: -10 }[key];
      return become(by ? { ...dialog, top: Math.max(0, dialog.top + by) } : null);
    }
    case 'question':
      return pressInQuestion(dialog, key, text, state);
    case 'menu':
      return pressInMenu(dialog, key, state);
  }
}

function pressInMenu(dialog: Dialog & { kind: 'menu' }, key: string, state: SessionState): Outcome {
  const { options } = menuOf(dialog.name, state);
  const move = { down: 1, j: 1, tab: 1, up: -1 }[key];
  if (move) return become({ ...dialog, selected: (dialog.selected + move + options.length) % options.length });
  if (key === 'escape') return dialog.name === 'failed' ? none : { type: 'choose', choice: 'stay' };
  const option = key === 'enter' ? options[dialog.selected] : options.find((candidate) => candidate.key === key);
  return option ? { type: 'choose', choice: option.choice } : none;
}

function pressInQuestion(
  dialog: Dialog & { kind: 'question' },
  key: string,
  text: string,
  state: SessionState,
): Outcome {
  const { question } = dialog;
  const asked = questionsOf(currentStep(state)).find(({ id }) => id === question);
  const answered = state.steps[state.step]!.answers[question]?.right === true;
  if (!asked || key === 'escape' || (answered && key === 'enter')) return become(null);
  if (answered) return none;
  if (asked.answer.type === 'choice') {
    const index = Number(key) - 1;
    return asked.answer.choices[index] === undefined ? none : { type: 'answer', question, given: String(index) };
  }
  if (key === 'enter') return dialog.text.trim() ? { type: 'answer', question, given: dialog.text.trim() } : none;
  if (key === 'backspace') return become({ ...dialog, text: [...dialog.text].slice(0, -1).join('') });
  return text ? become({ ...dialog, text: (dialog.text + text).slice(0, 200) }) : none;
}
