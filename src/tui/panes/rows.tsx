import { Box, Text } from 'ink';
import { createContext, useContext, useId, useLayoutEffect } from 'react';
import { Clicks } from '../clicks.ts';
import type { Command } from '../keymap.ts';
import type { Rect } from '../layout.ts';
import { fit, type Line, paint } from '../text.ts';

export const ClicksContext = createContext(new Clicks());

interface RowsProps {
  rect: Rect;
  lines: readonly Line<Command>[];
  layer?: number;
}

/** Paints lines into a rectangle, which they fill, and makes them clickable. */
export function Rows({ rect, lines, layer = 0 }: RowsProps) {
  const clicks = useContext(ClicksContext);
  const id = useId();
  useLayoutEffect(() => clicks.put(id, { rect, lines, layer }));
  const { x, y, width, height } = rect;
  const rows = Array.from({ length: height }, (_, row) => paint(fit(lines[row] ?? [], width)));
  return (
    <Box position="absolute" left={x} top={y} width={width} height={height}>
      <Text wrap="truncate">{rows.join('\n')}</Text>
    </Box>
  );
}
