import { Box } from 'ink';
import { centred, type Rect } from '../layout.ts';
import { line, wrap } from '../text.ts';
import { Rows } from './rows.tsx';

/** There is not enough room to show anything useful. */
export function Small({ screen }: { screen: Rect }) {
  const text = line(
    `More room is needed: at least 60 columns by 16 rows, and this is ${screen.width} by ${screen.height}.`,
  );
  const lines = wrap(text, Math.max(10, screen.width - 4));
  const rect = centred(screen, Math.min(screen.width, 60), Math.min(lines.length, screen.height));
  return (
    <Box width={screen.width} height={screen.height}>
      <Rows rect={rect} lines={lines} />
    </Box>
  );
}
