import { createLocalRuntime } from '../../src/lab/local/runtime.ts';
import { DEFAULT_MAJOR, type Major } from '../../src/model/topology.ts';

/** Takes a lab image over from another user: `import-image.ts <tarball>`. */
const major = Number(process.env.WALDOJO_TEST_MAJOR ?? DEFAULT_MAJOR) as Major;
const runtime = createLocalRuntime();
if (!(await runtime.hasImage(major))) await runtime.importImage(major, process.argv[2]!, () => {});
