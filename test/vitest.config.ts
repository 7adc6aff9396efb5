import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: 'test/temporary-files.ts',
    // Real engines, servers and terminals share two cores here and there: a test fails when something is wrong, not when it is slow.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 30_000 } },
    // Two cores are enough for two files: these wait for engines and servers more than they compute.
    maxWorkers: 2,
    retry: 0,
  },
});
