// `npm test`: installs what is missing, then checks types, lint and format and runs the unit, integration, S3 and
// browser tests. `npm run test:electron` runs those on the real Electron instead.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { conclude, runChecks } from './checks.mjs';
import { electronBinary } from './electron-binary.mjs';
import { ensureInstalled, fail, root, run, tool } from './setup.mjs';
import { ensureVirtualDisplay, findBrowser } from './system-programs.mjs';

await ensureInstalled();
if (process.argv[2] === 'electron') {
  if (!(await electronBinary())) {
    fail('Electron’s program could not be had. Set ELECTRON_OVERRIDE_DIST_PATH to a folder that has one.');
  }
  conclude([await runTests(['electron'])]);
} else {
  const CHROMIUM_PATH = await findBrowser();
  const checked = await runChecks(['types', 'svelte', 'lint', 'format']);
  conclude([checked, await runTests(['unit', 'integration', 's3', 'browser'], { CHROMIUM_PATH })]);
}

/**
 * @param {readonly string[]} projects
 * @param {Record<string, string>} [env]
 */
async function runTests(projects, env = {}) {
  const report = join(root, 'test-results', `${projects.join('-')}.json`);
  mkdirSync(join(root, 'test-results'), { recursive: true });
  rmSync(report, { force: true });
  const vitest = [
    ...[process.execPath, tool('vitest'), 'run', '--reporter=default', '--reporter=json'],
    `--outputFile.json=${report}`,
    ...projects.map((project) => `--project=${project}`),
  ];
  const needsDisplay = projects.includes('electron') && process.platform === 'linux' && !process.env.DISPLAY;
  if (needsDisplay) await ensureVirtualDisplay();
  const [command = '', ...args] = needsDisplay ? ['xvfb-run', '-a', ...vitest] : vitest;
  const code = await run(command, args, { env });
  return counts(report, code);
}

/**
 * What vitest counted. A run that failed without a failed test (a file that does not load, an unhandled error) counts
 * as one failure.
 * @param {string} report
 * @param {number} code
 */
function counts(report, code) {
  let result = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  try {
    result = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    // Vitest did not get as far as writing it.
  }
  const failed = result.numFailedTests || (code === 0 ? 0 : 1);
  return { passed: result.numPassedTests, failed, skipped: result.numPendingTests + result.numTodoTests };
}
