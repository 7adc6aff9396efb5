/** A line that is being written: its text, and how many characters of it stand before the cursor. */
export interface Field {
  readonly text: string;
  readonly at: number;
}

/** Characters that a field holds at most. */
const ROOM = 200;

export const emptyField: Field = { text: '', at: 0 };

/** Puts text in at the cursor. A line end in it, as a paste may have, is a space. */
export function insert({ text, at }: Field, typed: string): Field {
  const all = [...text];
  const added = [...typed.replace(/\s+/g, ' ')].slice(0, Math.max(0, ROOM - all.length));
  return { text: [...all.slice(0, at), ...added, ...all.slice(at)].join(''), at: at + added.length };
}

/** What a key makes of it, with the usual keys of a line; undefined for one that is none of them. */
export function edit({ text, at }: Field, key: string): Field | undefined {
  const all = [...text];
  const before = all.slice(0, at).join('');
  const after = all.slice(at).join('');
  const length = (part: string) => [...part].length;
  switch (key) {
    case 'left':
      return { text, at: Math.max(0, at - 1) };
    case 'right':
      return { text, at: Math.min(all.length, at + 1) };
    case 'home':
    case 'ctrl+a':
      return { text, at: 0 };
    case 'end':
    case 'ctrl+e':
      return { text, at: all.length };
    case 'backspace':
      return at === 0 ? { text, at } : { text: [...all.slice(0, at - 1), ...all.slice(at)].join(''), at: at - 1 };
    case 'delete':
      return { text: [...all.slice(0, at), ...all.slice(at + 1)].join(''), at };
    case 'ctrl+u':
      return { text: after, at: 0 };
    case 'ctrl+w': {
      const kept = before.replace(/\S+\s*$|\s+$/, '');
      return { text: kept + after, at: length(kept) };
    }
  }
  return undefined;
}
