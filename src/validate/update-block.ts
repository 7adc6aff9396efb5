import { type CommandBlock, commandsOf, type OutputBlock, type Step } from '../model/scenario.ts';
import { diffOutput } from '../scenario/output/diff.ts';
import { outputFence } from '../scenario/output/fence.ts';
import { isAnyLines, matchOutput } from '../scenario/output/match.ts';
import { type Printed, rewriteOutput, standIn } from '../scenario/output/rewrite.ts';
import { parseScenario } from '../scenario/parse.ts';
import { type Variables, variablesFor } from '../scenario/variables.ts';
import { type Case, type Finding, findingsOf, type Proof } from './proof.ts';

/** A finding that tells what was printed. */
type Claim = Finding & { output: NonNullable<Finding['output']> };

const isClaim = (finding: Finding): finding is Claim => finding.rule === 'output' && finding.output !== undefined;
/** What a proof found of output blocks. */
export const claimsOf = (proof: Proof): Claim[] => findingsOf(proof).filter(isClaim);

type Left = { reason: string };

/** The document with the output block rewritten whose fence opens on this line; or why it is not. */
export function updateBlock(source: string, line: number, proofs: Proof[]): { source: string; lines: number } | Left {
  const fence = outputFence(source, line);
  if (!fence) return CHANGED;
  const outputs: Output[] = [];
  const others: Output[] = [];
  for (const proof of proofs) {
    const found = outputsOf(source, line, proof);
    if ('reason' in found) return found;
    outputs.push(...found.printed);
    others.push(...found.matched);
  }
  const lines = rewriteOutput(fence.lines, [...outputs, ...others]);
  if (!lines) return UNMATCHED;
  if (lines.every(({ text }) => text.trim() === '')) return NOTHING;
  if (lines.every(({ text }) => isAnyLines(text))) return NOTHING_IN_COMMON;
  const rewritten = fence.withLines(lines);
  // What counts is how the document is read then.
  const right = [...outputs, ...others].every(({ text, testCase }) => {
    const block = blockAt(rewritten, line, testCase);
    return block !== undefined && matchOutput(block.output.text, text).ok;
  });
  return right ? { source: rewritten, lines: lines.length } : UNMATCHED;
}

const CHANGED: Left = { reason: 'The document has changed since it was proved.' };
const UNMATCHED: Left = { reason: 'No block could be made that matches all that was printed.' };
const NOTHING: Left = { reason: 'Nothing was printed. Take the block out if that is right.' };
const NOTHING_IN_COMMON: Left = { reason: 'What was printed has nothing in common that a block could show.' };
const ENDED_OTHERWISE: Left = {
  reason: 'The command did not end as the document says, so what it printed is not to be shown either.',
};

interface Output extends Printed {
  testCase: Case;
}

/** What a proof knows of a block: what was printed where it did not match, or that it did. */
function outputsOf(source: string, line: number, proof: Proof): { printed: Output[]; matched: Output[] } | Left {
  const { case: testCase, steps } = proof;
  const claims = claimsOf(proof).filter(({ output }) => output.line === line);
  const block = blockAt(source, line, testCase);
  if (!block) return claims.length > 0 ? CHANGED : { printed: [], matched: [] };
  const { command, output, step, variables } = block;
  if (claims.length === 0) {
    const reached = steps.some(({ id }) => id === step.id);
    return { printed: [], matched: reached ? [{ text: standIn(output.text), variables, testCase }] : [] };
  }
  if (!claims.every((claim) => isAsProved(claim, output, testCase.file))) return CHANGED;
  if (findingsOf(proof).some((finding) => finding.rule === 'exit' && finding.line === command.line))
    return ENDED_OTHERWISE;
  return { printed: claims.map((claim) => ({ text: claim.output.printed, variables, testCase })), matched: [] };
}

interface Block {
  command: CommandBlock;
  output: OutputBlock;
  step: Step;
  variables: Variables;
}

/** The output block whose fence opens on a line, as a case reads the document. */
function blockAt(source: string, line: number, { scenario: id, file, major }: Case): Block | undefined {
  const { scenario } = parseScenario(source, { file, id, major });
  for (const step of scenario?.steps ?? []) {
    for (const command of commandsOf(step.blocks, 'run', 'solution')) {
      const { output } = command;
      if (output?.line === line) return { command, output, step, variables: variablesFor(major, scenario!.lab) };
    }
  }
  return undefined;
}

/** Whether the block differs from what was printed as it did then. */
function isAsProved(
  { line, expected, actual, diff, output: { printed } }: Claim,
  output: OutputBlock,
  file: string,
): boolean {
  if (diff !== undefined) return diffOutput(output.text, printed, { file, line: output.line }) === diff;
  const match = matchOutput(output.text, printed);
  if (match.ok) return expected === undefined;
  return match.expected === expected && match.actual === actual && output.line + 1 + match.line === line;
}
