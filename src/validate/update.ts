import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CommandBlock, commandsOf, type OutputBlock, type Step } from '../model/scenario.ts';
import { DOCUMENT } from '../scenario/load.ts';
import { isAnyLines, matchOutput } from '../scenario/output.ts';
import { diffOutput } from '../scenario/output-diff.ts';
import { outputFence } from '../scenario/output-fence.ts';
import { type Printed, rewriteOutput, standIn } from '../scenario/output-rewrite.ts';
import { parseScenario } from '../scenario/parse.ts';
import { type Variables, variablesFor } from '../scenario/variables.ts';
import { messageOf } from '../util/user-error.ts';
import { type Case, type Finding, findingsOf, type Proof } from './proof.ts';
import { replaceFile } from './replace-file.ts';

export interface Updated {
  /** Blocks that show now what came: the line of their opening fence as it is now, and how many lines they have. */
  rewritten: { file: string; line: number; lines: number }[];
  /** Blocks that are as they were, and why, in a sentence. */
  left: { file: string; line: number; reason: string }[];
}

/** Rewrites the output blocks that did not show what came, in their documents, so that they match all that came in these proofs. */
export async function updateOutputs(proofs: Proof[]): Promise<Updated> {
  const documents = Map.groupBy(proofs, (proof) => proof.case.directory);
  const updates = await Promise.all([...documents.values()].map(updateDocument));
  return { rewritten: updates.flatMap(({ rewritten }) => rewritten), left: updates.flatMap(({ left }) => left) };
}

/** The proofs are all of one document. */
async function updateDocument(proofs: Proof[]): Promise<Updated> {
  const fences = new Set(proofs.flatMap(claimsOf).map(({ output }) => output.line));
  const { file, directory } = proofs[0]!.case;
  const updated: Updated = { rewritten: [], left: [] };
  if (fences.size === 0) return updated;
  const path = join(directory, DOCUMENT);
  const lines = [...fences].sort((a, b) => a - b);
  try {
    const before = await readText(path);
    let source = before;
    // From the last to the first, so that the lines of those to come stay where they are.
    for (const line of lines.toReversed()) {
      const result = updateBlock(source, line, proofs);
      if ('reason' in result) {
        updated.left.unshift({ file, line, reason: result.reason });
        continue;
      }
      if (result.source === source) continue;
      const longer = result.source.split('\n').length - source.split('\n').length;
      for (const block of [...updated.rewritten, ...updated.left]) block.line += longer;
      updated.rewritten.unshift({ file, line, lines: result.lines });
      source = result.source;
    }
    if (source === before) return updated;
    if ((await readText(path)) !== before) throw new Error('it was changed meanwhile');
    await replaceFile(path, source);
    return updated;
  } catch (error) {
    const reason = `The document could not be rewritten: ${messageOf(error)}.`;
    return { rewritten: [], left: lines.map((line) => ({ file, line, reason })) };
  }
}

/** Rejects where what is read is not what would be written. */
async function readText(path: string): Promise<string> {
  const bytes = await readFile(path);
  const text = bytes.toString('utf8');
  if (!Buffer.from(text).equals(bytes)) throw new Error('it is not UTF-8');
  return text;
}

type Claim = Finding & { output: NonNullable<Finding['output']> };

const isClaim = (finding: Finding): finding is Claim => finding.rule === 'output' && finding.output !== undefined;
const claimsOf = (proof: Proof): Claim[] => findingsOf(proof).filter(isClaim);

/** The document with the block whose fence opens on this line rewritten. */
function updateBlock(
  source: string,
  line: number,
  proofs: Proof[],
): { source: string; lines: number } | { reason: string } {
  const fence = outputFence(source, line);
  if (!fence) return { reason: CHANGED };
  const outputs: Printed[] = [];
  const matched: Printed[] = [];
  const cases: { testCase: Case; printed: string }[] = [];
  for (const proof of proofs) {
    const claims = claimsOf(proof).filter(({ output }) => output.line === line);
    const block = blockAt(source, line, proof.case);
    if (!block) {
      if (claims.length > 0) return { reason: CHANGED };
      continue;
    }
    const { command, output, step, variables } = block;
    if (!claims.every((claim) => isAsProved(claim, output, proof.case.file))) return { reason: CHANGED };
    if (claims.length > 0 && findingsOf(proof).some((found) => found.rule === 'exit' && found.line === command.line)) {
      return {
        reason: 'The command did not end as the document says, so that what it printed is not to be shown either.',
      };
    }
    for (const { printed } of claims.map((claim) => claim.output)) {
      outputs.push({ text: printed, variables });
      cases.push({ testCase: proof.case, printed });
    }
    if (claims.length === 0 && proof.steps.some(({ id }) => id === step.id)) {
      matched.push({ text: standIn(output.text), variables });
      cases.push({ testCase: proof.case, printed: standIn(output.text) });
    }
  }
  const lines = rewriteOutput(fence.lines, [...outputs, ...matched]);
  if (!lines) return { reason: UNMATCHED };
  if (lines.every(({ text }) => text.trim() === ''))
    return { reason: 'Nothing was printed. Take the block out if that is right.' };
  if (lines.every(({ text }) => isAnyLines(text)))
    return { reason: 'What was printed has nothing in common that a block could show.' };
  const rewritten = fence.withLines(lines);
  for (const { testCase, printed } of cases) {
    const output = blockAt(rewritten, line, testCase)?.output;
    if (!output || !matchOutput(output.text, printed).ok) return { reason: UNMATCHED };
  }
  return { source: rewritten, lines: lines.length };
}

const CHANGED = 'The document has changed since it was proved.';
const UNMATCHED = 'No block could be made that matches all that was printed.';

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
  { line, expected, actual, diff, output: { printed } }: Finding & Claim,
  output: OutputBlock,
  file: string,
): boolean {
  if (diff !== undefined) return diffOutput(output.text, printed, { file, line: output.line }) === diff;
  const match = matchOutput(output.text, printed);
  if (match.ok) return expected === undefined;
  return match.expected === expected && match.actual === actual && output.line + 1 + match.line === line;
}
