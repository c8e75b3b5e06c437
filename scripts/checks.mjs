// What is checked without running the product; each check counts as one.
import { run, runTool, root } from './setup.mjs';
import { join } from 'node:path';

/** @type {Record<string, { name: string, run: () => Promise<number> }>} */
export const checks = {
  types: { name: 'types', run: () => runTool('typescript', ['-b'], { quiet: true }) },
  svelte: {
    name: 'types of the page',
    run: () =>
      runTool('svelte-check', ['--tsconfig', 'src/renderer/tsconfig.json', '--fail-on-warnings'], { quiet: true }),
  },
  lint: { name: 'lint', run: () => runTool('eslint', ['.', '--max-warnings', '0'], { quiet: true }) },
  format: { name: 'format', run: () => runTool('prettier', ['--check', '--log-level', 'warn', '.'], { quiet: true }) },
  unused: { name: 'unused code and packages', run: () => runTool('knip', [], { quiet: true }) },
  lock: {
    name: 'package lock',
    run: () => run(process.execPath, [join(root, 'scripts/check-lock.mjs')], { quiet: true }),
  },
};

/**
 * Runs checks one after another, all of them whatever fails.
 * @param {readonly (keyof typeof checks)[]} names
 */
export async function runChecks(names) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const name of names) {
    const code = await checks[name].run();
    process.stdout.write(`${code === 0 ? '✓' : '✗'} ${checks[name].name}\n`);
    counts[code === 0 ? 'passed' : 'failed'] += 1;
  }
  return counts;
}

/**
 * Ends the process with the line that adds up what ran.
 * @param {readonly { passed: number, failed: number, skipped: number }[]} results
 * @returns {never}
 */
export function conclude(results) {
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    results.reduce((total, counts) => total + counts[key], 0);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped}\n`);
  process.exit(sum('failed') > 0 || sum('passed') === 0 ? 1 : 0);
}
