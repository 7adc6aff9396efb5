// Bundles the program into dist/: one small entry, and a chunk for everything that is imported lazily.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}/dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.13',
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
  // ssh2 and the like come with dockerode and serve only ssh:// hosts; the devtools are for React's authors.
  external: ['ssh2', '@grpc/*', 'protobufjs', 'pg-native', 'react-devtools-core'],
  // CommonJS libraries in an ES module still call require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  define: { 'process.env.NODE_ENV': '"production"' },
});
