import { Box } from 'ink';
import { useLayoutEffect, useSyncExternalStore } from 'react';
import type { Clicks } from './clicks.ts';
import { panelOf } from './dialogs.ts';
import type { Rect } from './layout.ts';
import { Checks } from './panes/checks.tsx';
import { Footer } from './panes/footer.tsx';
import { BottomRule, Divider, Header, TopRule } from './panes/frame.tsx';
import { Lesson } from './panes/lesson.tsx';
import { ClicksContext, Rows } from './panes/rows.tsx';
import { Small } from './panes/small.tsx';
import { Starting } from './panes/starting.tsx';
import type { Player } from './player.ts';
import { useSpinner } from './spinner.ts';

/** Where the terminal in front is painted, which part of it something else covers, and whether keys are its. */
export interface Stage {
  show(rect: Rect | null, covered: Rect | null): void;
}

interface AppProps {
  player: Player;
  clicks: Clicks;
  stage: Stage;
}

/** Everything but the terminal's own cells, which the stage paints. Typing in the terminal renders nothing here. */
export function App({ player, clicks, stage }: AppProps) {
  useSyncExternalStore(player.subscribe, player.version);
  const { layout, focus } = player.ui;
  const { phase, typing } = player.session.state;
  const spinner = useSpinner(phase.name === 'starting' || typing !== null || player.dialog?.kind === 'closing');
  const panel = panelOf(player);
  const inFront = layout.kind === 'split' || focus === 'terminal';
  const rect = layout.kind !== 'small' && inFront && player.terminal ? layout.terminal : null;
  useLayoutEffect(() => stage.show(rect, panel?.rect ?? null));

  if (layout.kind === 'small') return <Small screen={layout.screen} />;
  const pane = { player, layout };
  return (
    <ClicksContext value={clicks}>
      <Box width={layout.screen.width} height={layout.screen.height}>
        <Header {...pane} />
        <TopRule {...pane} />
        {(layout.kind === 'split' || focus === 'lesson') && (
          <>
            <Lesson {...pane} />
            <Divider {...pane} />
          </>
        )}
        {inFront && <Checks {...pane} />}
        {inFront && !player.terminal && <Starting player={player} rect={layout.terminal} spinner={spinner} />}
        <BottomRule {...pane} spinner={spinner} />
        <Footer {...pane} />
        {panel && <Rows rect={panel.rect} lines={panel.lines} layer={2} />}
      </Box>
    </ClicksContext>
  );
}
