// Types, lint, format, unused code, package lock (`npm run check`).
import { checks, conclude, runChecks } from './checks.mjs';
import { ensureInstalled } from './setup.mjs';

await ensureInstalled();
const asked = process.argv.slice(2);
conclude([await runChecks(asked.length > 0 ? asked : Object.keys(checks))]);
