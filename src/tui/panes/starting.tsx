import { centred, type Rect } from '../layout.ts';
import type { Player } from '../player.ts';
import { blank, line, span } from '../text.ts';
import { theme } from '../theme.ts';
import { bar } from './frame.tsx';
import { Rows } from './rows.tsx';

/** Stands in for the terminal until there is one. */
export function Starting({ player, rect, spinner }: { player: Player; rect: Rect; spinner: string }) {
  const { phase, terminal } = player.session.state;
  if (phase.name === 'failed' || phase.name === 'closed') return null;
  const starting = phase.name === 'starting';
  const lines = [
    [span(`${spinner} `, theme.busy), span(starting ? phase.text : `Opening ${terminal}`, theme.strong)],
    starting && phase.fraction !== undefined ? bar(phase.fraction, 36) : blank,
    blank,
    line(starting ? 'You can read the lesson meanwhile.' : '', theme.faint),
  ];
  return <Rows rect={centred(rect, 40, lines.length)} lines={lines} />;
}
