// npm run bench: every figure is a ratio to the raw thing, measured in the same run.
import { benchEcho } from './echo.ts';
import { benchProof } from './proof.ts';
import { benchStart } from './start.ts';

await benchStart();
await benchEcho();
await benchProof();
