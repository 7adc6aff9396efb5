import { useEffect, useState } from 'react';
import { glyphs } from './theme.ts';

/** A glyph that turns while something is going on. */
export function useSpinner(on: boolean): string {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (!on) return;
    const timer = setInterval(() => setTurn((n) => n + 1), 250);
    return () => clearInterval(timer);
  }, [on]);
  return glyphs.spinner[turn % glyphs.spinner.length]!;
}
