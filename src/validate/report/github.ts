import type { Case, Finding, Proof, Reporter } from '../proof.ts';
import type { Output } from './output.ts';
import { pathFrom, plainSummary, printable } from './plain.ts';

/** What GitHub shows of each kind for one step of a workflow; it drops the others without a word. */
const SHOWN = 10;

interface Annotation {
  kind: 'error' | 'notice';
  file: string;
  line: number;
  /** Scenario and step. */
  place: string;
  /** Majors and runtimes that it was found on. */
  where: string[];
  message: string;
}

/** Annotations for GitHub Actions, on the lines of the documents. Paths are from `root`, which is the repository's. */
export function githubReporter(output: Output, root: string): Reporter {
  return {
    end({ proofs }) {
      const annotations = merged(proofs.flatMap((proof) => annotationsOf(proof, pathFrom(root, proof.case))));
      for (const kind of ['error', 'notice'] as const) {
        const all = annotations.filter((annotation) => annotation.kind === kind);
        for (const [i, annotation] of all.slice(0, SHOWN).entries()) {
          const left = i === SHOWN - 1 ? all.length - SHOWN : 0;
          output.write(`${command(annotation, left)}\n`);
        }
      }
    },
  };
}

function annotationsOf(proof: Proof, file: string): Annotation[] {
  const { case: testCase, findings, steps } = proof;
  return [
    ...steps.flatMap((step) => step.findings.map((finding) => annotation(finding, testCase, file, step.title))),
    ...findings.map((finding) => annotation(finding, testCase, file)),
  ];
}

function annotation(finding: Finding, { scenario, major, runtime }: Case, file: string, title?: string): Annotation {
  return {
    kind: finding.status === 'note' ? 'notice' : 'error',
    file,
    line: finding.line,
    place: title === undefined ? scenario : `${scenario}: ${title}`,
    where: [`${major} ${runtime}`],
    message: plainSummary(finding),
  };
}

/** What is the same on several majors is one annotation: there is room for few. */
function merged(annotations: Annotation[]): Annotation[] {
  const byText = new Map<string, Annotation>();
  for (const { where, ...same } of annotations) {
    const key = JSON.stringify(same);
    byText.set(key, { ...same, where: [...(byText.get(key)?.where ?? []), ...where] });
  }
  return [...byText.values()];
}

function command({ kind, file, line, place, where, message }: Annotation, left: number): string {
  const title = `${place} (${where.join(', ')})`;
  const more = left > 0 ? `\n\nGitHub shows no more than ${SHOWN}: ${left} more were found.` : '';
  return `::${kind} file=${property(file)},line=${line},title=${property(title)}::${data(message + more)}`;
}

// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
const data = (text: string): string =>
  printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
