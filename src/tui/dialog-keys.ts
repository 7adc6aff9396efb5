import { questionsOf } from '../model/scenario.ts';
import { currentStep, type SessionState } from '../session/state.ts';
import { edit, type Field, insert } from './field.ts';
import { type Choice, type MenuName, menuOf } from './menus.ts';

export type Dialog =
  | { kind: 'help'; top: number }
  | { kind: 'menu'; name: MenuName; selected: number }
  | { kind: 'question'; question: string; field: Field }
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
      const by = { down: 1, up: -1, pagedown: 10, space: 10, pageup: -10, home: -1e6, end: 1e6 }[key];
      if (by) return become({ ...dialog, top: Math.max(0, dialog.top + by) });
      return text ? none : become(null);
    }
    case 'question':
      return pressInQuestion(dialog, key, text, state);
    case 'menu':
      return pressInMenu(dialog, key, state);
  }
}

/** No letter chooses anything: whoever goes on typing while a menu comes up would have chosen unseen. */
function pressInMenu(dialog: Dialog & { kind: 'menu' }, key: string, state: SessionState): Outcome {
  const { options, escape: safe } = menuOf(dialog.name, state);
  const move = { down: 1, tab: 1, up: -1 }[key];
  if (move) return become({ ...dialog, selected: (dialog.selected + move + options.length) % options.length });
  if (key === 'escape' || key === 'ctrl+c') return safe ? { type: 'choose', choice: safe } : none;
  return key === 'enter' ? { type: 'choose', choice: options[dialog.selected]!.choice } : none;
}

function pressInQuestion(
  dialog: Dialog & { kind: 'question' },
  key: string,
  text: string,
  state: SessionState,
): Outcome {
  const { question, field } = dialog;
  const asked = questionsOf(currentStep(state)).find(({ id }) => id === question);
  const answered = state.steps[state.step]!.answers[question]?.right === true;
  if (!asked || key === 'escape' || key === 'ctrl+c' || (answered && key === 'enter')) return become(null);
  if (answered) return none;
  if (asked.answer.type === 'choice') {
    const index = Number(key) - 1;
    return asked.answer.choices[index] === undefined ? none : { type: 'answer', question, given: String(index) };
  }
  if (key === 'enter') return field.text.trim() ? { type: 'answer', question, given: field.text.trim() } : none;
  const edited = edit(field, key) ?? (text ? insert(field, text) : undefined);
  return edited ? become({ ...dialog, field: edited }) : none;
}
