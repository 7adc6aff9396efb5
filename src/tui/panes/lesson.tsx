import { span } from '../text.ts';
import type { PaneProps } from './frame.tsx';
import { Rows } from './rows.tsx';

export function Lesson({ player, layout }: PaneProps) {
  const { document, top } = player.lesson;
  const { height } = layout.lesson;
  const lines = document.lines.slice(top, top + height).map((row) => [span(' '), ...row]);
  return <Rows rect={layout.lesson} lines={lines} />;
}
