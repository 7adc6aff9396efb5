import { join } from 'node:path';
import { DOCUMENT } from '../scenario/document.ts';
import { reasonOf } from '../util/files.ts';
import type { Proof } from './proof.ts';
import { readText, replaceFile } from './replace-file.ts';
import { claimsOf, updateBlock } from './update-block.ts';

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
    await replaceFile(path, before, source);
    return updated;
  } catch (error) {
    const reason = `The document could not be rewritten: ${reasonOf(error)}.`;
    return { rewritten: [], left: lines.map((line) => ({ file, line, reason })) };
  }
}
