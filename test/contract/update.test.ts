import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Runtime } from '../../src/lab/lab.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import { findingsOf, type Proof } from '../../src/validate/proof.ts';
import { prove } from '../../src/validate/prove.ts';
import { updateOutputs } from '../../src/validate/update.ts';
import { forEachRuntime, major } from './runtimes.ts';

/** Each block shows something that is not so; much of what comes is different in every lab. */
const LESSON = `---
format: 1
title: Drifted
summary: Outputs that are no longer so.
difficulty: beginner
minutes: 1
lab: { hosts: { lab: { clusters: { main: { port: 5432 } } } } }
---
## Look

\`\`\`sh run
sudo {{pg.bin}}/pg_controldata {{main.data}} | head -n 6
\`\`\`

\`\`\`text output
pg_control version number:            7
...
Database cluster state:               in production
\`\`\`

\`\`\`sql run
SELECT pg_current_wal_lsn(), pg_backend_pid() > 0 AS pid, now(), pg_size_pretty(pg_database_size('postgres'));
\`\`\`

\`\`\`text output
nothing
\`\`\`

\`\`\`sh run
sudo ls -l {{main.data}}/pg_wal; pg_lsclusters; printf '\`\`\`\\n<int>\\n...\\n{%s}}\\n' '{x'
\`\`\`

\`\`\`text output
nothing
\`\`\`

\`\`\`sh run
touch looked
\`\`\`

\`\`\`yaml check
name: Looked
file: "{{student.home}}/looked"
exists: true
otherwise: Look.
\`\`\`
`;

async function proveIn(runtime: Runtime, directory: string): Promise<Proof> {
  const { scenario, diagnostics } = await loadScenario(directory, major);
  expect(diagnostics).toEqual([]);
  const { id, title, file } = scenario!;
  return prove(
    scenario!,
    { scenario: id, title, file, directory, major, runtime: runtime.name },
    { runtime, update: true, signal: new AbortController().signal },
  );
}

forEachRuntime((runtime) => {
  it('after an update the lesson proves itself in another lab, and a second update changes nothing', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'waldojo-drifted-'));
    const read = () => readFile(join(directory, 'scenario.md'), 'utf8');
    try {
      await writeFile(join(directory, 'scenario.md'), LESSON);
      const proof = await proveIn(runtime, directory);
      expect(findingsOf(proof).map(({ status, rule }) => `${status} ${rule}`)).toEqual(Array(3).fill('note output'));
      const { rewritten, left } = await updateOutputs([proof]);
      expect(left).toEqual([]);
      expect(rewritten).toHaveLength(3);
      const updated = await read();
      expect(updated.split('\n## ')[0]).toBe(LESSON.split('\n## ')[0]);
      expect(updated).toContain('\n...\nDatabase cluster state:               in production\n');
      expect(updated).toMatch(/^ <lsn> +\| t +\| <time> +\| +<size>$/m);
      const again = await proveIn(runtime, directory);
      expect(findingsOf(again)).toEqual([]);
      expect(await updateOutputs([again])).toEqual({ rewritten: [], left: [] });
      expect(await read()).toBe(updated);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
