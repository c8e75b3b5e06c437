// Preloaded into a measured process (`node --import`): writes what the process used to a file when it ends.
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { Usage } from './measured-process.ts';

const path = process.env['BENCH_USAGE_FILE'];
// Worker threads are given the same arguments, but their usage is part of the process's.
if (isMainThread && path) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage: Usage = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: maxRSS * 1024 };
    writeFileSync(path, JSON.stringify(usage));
  });
}
