import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/**
 * `unit` and `integration` need the built Node side (workers, engine process), `browser` and `electron` the page too;
 * each global set-up builds what is stale. `s3` also needs a real S3 server, which the first test that asks for it starts
 * for the whole run. `npm test` runs all but `electron`, which needs Electron's binary.
 */
export default defineConfig({
  test: {
    // All cores: half of a test's time is waiting for a disk or a server.
    maxWorkers: '100%',
    projects: [
      {
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          globalSetup: 'scripts/before-node-tests.mjs',
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          exclude: ['test/acquisition/**', 'test/browser/**', 'test/electron/**'],
          globalSetup: 'scripts/before-node-tests.mjs',
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 's3',
          include: ['test/acquisition/**/*.test.ts'],
          globalSetup: ['scripts/before-node-tests.mjs', 'scripts/before-s3-tests.mjs'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['scripts/before-app-tests.mjs', 'scripts/before-s3-tests.mjs'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 10_000 } },
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'electron',
          include: ['test/electron/**/*.test.ts'],
          globalSetup: 'scripts/before-app-tests.mjs',
          testTimeout: 60_000,
          hookTimeout: 60_000,
          expect: { poll: { timeout: 10_000 } },
          fileParallelism: false,
        },
      },
    ],
  },
});
