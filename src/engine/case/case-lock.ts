import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import * as v from 'valibot';
import { TrailbenchError } from '#shared/api/errors.ts';
import { caseLayout } from './case-folder.ts';

const holderSchema = v.object({ pid: v.number(), host: v.string(), operator: v.string(), startedAt: v.string() });

/**
 * Case folders open in this process. DuckDB's file lock keeps other processes out but not a second instance in the
 * same process, and that one would take the lock along when it closes.
 */
const openFolders = new Set<string>();

export function currentOperator(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `unknown@${hostname()}`;
  }
}

/** Reserves a case folder (its real path) in this process. Returns the release; throws CASE_LOCKED. */
export async function reserveFolder(folder: string): Promise<() => void> {
  if (openFolders.has(folder)) throw await caseLocked(folder);
  openFolders.add(folder);
  return () => void openFolders.delete(folder);
}

/**
 * Says who has the case open, for the processes that are refused. The lock itself is DuckDB's on the database file,
 * which the operating system drops with the process: a file left by a killed one is simply overwritten.
 */
export async function writeLockFile(folder: string, operator: string, now: Date): Promise<void> {
  const holder = { pid: process.pid, host: hostname(), operator, startedAt: now.toISOString() };
  await writeFile(caseLayout(folder).lock, `${JSON.stringify(holder)}\n`);
}

export async function removeLockFile(folder: string): Promise<void> {
  await rm(caseLayout(folder).lock, { force: true });
}

/**
 * CASE_LOCKED, naming the holder. `holderPid` is the process that the operating system names: if the lock file is of
 * another one, it is a leftover and the holder has not written its own yet.
 */
export async function caseLocked(folder: string, holderPid?: number): Promise<TrailbenchError> {
  const text = await readFile(caseLayout(folder).lock, 'utf8').catch(() => '');
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), holderSchema), text);
  const isNamed = parsed.success && (holderPid === undefined || holderPid === parsed.output.pid);
  const unnamed = holderPid === undefined ? 'another process' : `process ${holderPid}`;
  const by = isNamed ? describe(parsed.output) : unnamed;
  return new TrailbenchError('CASE_LOCKED', `The case is open already, by ${by}. Close it there first.`);
}

function describe(holder: v.InferOutput<typeof holderSchema>): string {
  const process = `process ${holder.pid} on ${holder.host}`;
  return `${holder.operator} (${process}, since ${holder.startedAt.replace('T', ' ').slice(0, 16)} UTC)`;
}
