import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import type { Api } from '#shared/api/index.ts';
import { createEngine } from '#engine/engine.ts';
import { scanWorkerUrl } from '../support/temporary-case.ts';

/** What a stranger may have put into a log: markup, a formula, marks that hide or turn text, control characters. */
export const hostileAgent =
  '<script>alert(1)</script><img src=x onerror=alert(2)> \u202etxt.exe\u0000\u001b[2J |`*_[x](javascript:alert(3)) ![y](https://evil.example/y.png) https://evil.example "\'&\n=1+1';

export interface LogRecord {
  readonly eventTime: string;
  readonly eventName: string;
  readonly eventSource: string;
  readonly userAgent: string;
  readonly awsRegion: string;
}

/** 240 events: one a minute from 2023-07-10T12:00:00Z; every 40th with a hostile user agent. */
export const records: readonly LogRecord[] = Array.from({ length: 240 }, (_, index) => ({
  eventTime: new Date(Date.UTC(2023, 6, 10, 12, index)).toISOString().replace('.000', ''),
  eventName: ['GetObject', 'PutObject', 'ListBuckets', 'DeleteTrail'][index % 4] ?? '',
  eventSource: index % 4 === 3 ? 'cloudtrail.amazonaws.com' : 's3.amazonaws.com',
  userAgent: index % 40 === 5 ? hostileAgent : `aws-cli/${index % 3}`,
  awsRegion: ['eu-central-1', 'us-east-1', 'ap-south-1'][index % 3] ?? '',
}));

export interface NotebookCase {
  readonly api: Api;
  readonly folder: string;
  readonly casePath: string;
  close(): Promise<void>;
}

/** An engine with an open case that holds `records`. */
export async function openNotebookCase(): Promise<NotebookCase> {
  const folder = await mkdtemp(join(tmpdir(), 'trailbench-notebook-'));
  const casePath = join(folder, 'case.trailbench');
  await mkdir(join(folder, 'logs'));
  await writeFile(join(folder, 'logs', 'log.json'), JSON.stringify({ Records: records.map(wholeRecord) }));
  const starterFolder = join(import.meta.dirname, '../../resources/notebooks');
  const engine = createEngine({
    dataFolder: join(folder, 'data'),
    version: '0.0.0-test',
    scanWorkerUrl,
    starterFolder,
  });
  const api: Api = createRouterClient(engine.router, { context: engine.context });
  await api.case.create({ path: casePath });
  await importLogs(api, join(folder, 'logs'));
  return {
    ...{ api, folder, casePath },
    async close() {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function importLogs(api: Api, path: string): Promise<void> {
  const { jobId } = await api.evidence.import({ paths: [path], mode: 'copy' });
  for await (const snapshot of await api.jobs.watch({ jobId })) {
    if (snapshot.state === 'failed') throw new Error(JSON.stringify(snapshot));
  }
}

export function wholeRecord(record: LogRecord, index: number): object {
  return {
    eventVersion: '1.09',
    ...record,
    eventID: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::123456789012:user/u${index % 5}`, userName: `u${index % 5}` },
    eventType: 'AwsApiCall',
    readOnly: index % 4 !== 3 && index % 4 !== 1,
    recipientAccountId: '123456789012',
  };
}
