import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type UserConfig } from 'electron-vite';

/**
 * Three bundles: `main` (Node: the shell, the engine process, the scan worker, the command line), `preload` and the
 * page. `TRAILBENCH_BUILD=node` builds the first only: the command line and the engine's tests need no page.
 */
const node: UserConfig = {
  main: {
    build: {
      outDir: 'out/main',
      // Running processes load chunks late: a rebuild overwrites files and never takes one away.
      emptyOutDir: false,
      sourcemap: true,
      minify: false,
      rolldownOptions: {
        input: {
          main: 'src/main/main.ts',
          'engine-process': 'src/main/engine-process.ts',
          'scan-worker': 'src/engine/evidence/scan-worker.ts',
          cli: 'src/cli/cli.ts',
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
      },
    },
  },
};

const page: UserConfig = {
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload script cannot import from node_modules, and must be CommonJS.
      externalizeDeps: false,
      minify: false,
      rolldownOptions: {
        input: { preload: 'src/preload/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [svelte({ configFile: false })],
    build: {
      outDir: 'out/renderer',
      // The content security policy allows no data: fonts or scripts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  },
};

export default defineConfig(process.env['TRAILBENCH_BUILD'] === 'node' ? node : { ...node, ...page });
