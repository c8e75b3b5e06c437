// Fails if package-lock.json would install something else elsewhere: it names no registry, and every optional package
// (the binaries of the other platforms) that a locked package asks for is locked too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root } from './setup.mjs';

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const problems = [];

for (const [path, entry] of Object.entries(packages)) {
  if (/^https?:/.test(entry.resolved ?? '')) problems.push(`${path} names the registry that it came from`);
  if (path && !entry.link && !entry.integrity && !entry.inBundle) problems.push(`${path} has no integrity hash`);
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    if (!isLocked(path, name)) problems.push(`${path || 'package.json'} may want ${name}, which is not locked`);
  }
}
if (problems.length > 0) fail(`package-lock.json has holes:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
process.stdout.write(`package-lock.json is whole: ${Object.keys(packages).length - 1} packages.\n`);

/** True if `name` is found from the package at `path`, as Node would look for it. @param {string} path @param {string} name */
function isLocked(path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (`${folder ? `${folder}/` : ''}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}
