import { DEFAULT_MAJOR, MAJORS, type Major } from '../model/topology.ts';

type Test = (major: number) => boolean;

const COMPARE: Record<string, (a: number, b: number) => boolean> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '=': (a, b) => a === b,
};

/**
 * The supported majors that a range such as `>=13`, `>13 <18`, `13 - 17` or `13 || 17` holds, oldest first; undefined
 * when it is no range.
 */
export function majorsIn(range: string): Major[] | undefined {
  const alternatives = range.split('||').map(conjunction);
  if (alternatives.includes(undefined)) return undefined;
  return MAJORS.filter((major) => alternatives.some((test) => test!(major)));
}

function conjunction(text: string): Test | undefined {
  const span = /^\s*(\d+)\s+-\s+(\d+)\s*$/.exec(text);
  if (span) return (major) => major >= Number(span[1]) && major <= Number(span[2]);
  if (text.trim() === '*') return () => true;
  if (!/^\s*(?:(?:[<>]=?|=)?\s*\d+(?:\s+|$))+$/.test(text)) return undefined;
  const terms = [...text.matchAll(/([<>]=?|=)?\s*(\d+)/g)];
  return (major) => terms.every(([, operator = '=', number]) => COMPARE[operator]!(major, Number(number)));
}

/** The default major where the scenario works on it, else the newest that it works on. */
export const preferredMajor = (majors: readonly Major[]): Major =>
  majors.includes(DEFAULT_MAJOR) ? DEFAULT_MAJOR : (majors.at(-1) ?? DEFAULT_MAJOR);
