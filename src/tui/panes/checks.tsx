import type { Lines } from '../blocks.ts';
import { checkLines, checkSummary, stepChecks } from '../checks.ts';
import { line, span } from '../text.ts';
import { theme } from '../theme.ts';
import { checksTitle, type PaneProps } from './frame.tsx';
import { Rows } from './rows.tsx';

/** This step's checks as they stand: a pane where there is room, else one line. */
export function Checks({ player, layout }: PaneProps) {
  const { checks: rect } = layout;
  const step = stepChecks(player.session.state, player.tried);
  if (layout.kind === 'single')
    return <Rows rect={rect} lines={[[span(' '), ...checkSummary(step, rect.width - 2)]]} />;

  const all = checkLines(step, rect.width - 2);
  const room = rect.height - 1;
  const top = Math.max(0, Math.min(player.ui.checksTop, all.length - room));
  const shown: Lines = all.slice(top, top + room).map((row) => [span(' '), ...row]);
  const below = all.length - top - room;
  if (below > 0) shown[room - 1] = line(` ↓ ${below + 1} more lines: turn the wheel here`, theme.faint);
  return <Rows rect={rect} lines={[checksTitle(player, rect.width), ...shown]} />;
}
