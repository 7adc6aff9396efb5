import { Box, useInput } from 'ink';
import type { Progress } from '../../lab/lab.ts';
import { keyName } from '../key-name.ts';
import { centred, type Size } from '../layout.ts';
import { useSpinner } from '../spinner.ts';
import { blank, line, printable, span, truncate } from '../text.ts';
import { theme } from '../theme.ts';
import { bar } from './frame.tsx';
import { Rows } from './rows.tsx';

interface ProgressScreenProps {
  title: string;
  progress: Progress | undefined;
  size: Size;
  onInterrupt(): void;
}

/** Something long, and how far it is. */
export function ProgressScreen({ title, progress, size, onInterrupt }: ProgressScreenProps) {
  useInput((input, key) => {
    if (keyName(input, key) === 'ctrl+c') onInterrupt();
  });
  const spinner = useSpinner(true);
  const screen = { x: 0, y: 0, width: size.columns, height: size.rows };
  const columns = Math.min(64, screen.width);
  const { text = '', fraction } = progress ?? {};
  const percent = fraction === undefined ? '' : ` ${Math.floor(fraction * 100)} %`;
  const lines = [
    truncate(line(title, theme.heading), columns),
    blank,
    [...bar(fraction ?? 0, columns - 6), span(percent.padStart(6))],
    truncate([span(`${spinner} `, theme.busy), span(printable(text))], columns),
    blank,
    line('Ctrl-C cancels.', theme.faint),
  ];
  return (
    <Box width={screen.width} height={screen.height}>
      <Rows rect={centred(screen, columns, lines.length)} lines={lines} />
    </Box>
  );
}
