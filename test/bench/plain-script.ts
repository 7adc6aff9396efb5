import { type CommandBlock, commandsOf, type Scenario, solutionOf } from '../../src/model/scenario.ts';

/** What somebody would write who wants a lesson's commands done and nothing else: one bash script for student. */
export function plainScript(scenario: Scenario): string {
  let database = 'postgres';
  const blocks = [...commandsOf(scenario.introduction, 'setup'), ...scenario.steps.flatMap((step) => solutionOf(step))];
  const commands = blocks.map((block) => {
    if (block.language === 'sh') return meant(block, block.text);
    const connect = /^\\c (\w+)$/.exec(block.text.trim());
    if (!connect) return meant(block, `psql -X -d ${database} -v ON_ERROR_STOP=1 <<'SQL'\n${block.text}\nSQL`);
    database = connect[1]!;
    return '';
  });
  return ['set -e', ...commands].join('\n');
}

/** Where the lesson shows an error, the script goes on after it. */
const meant = ({ exit }: CommandBlock, command: string): string => (exit === '0' ? command : `{ ${command}\n} || true`);
