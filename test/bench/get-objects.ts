// The SDK's own GetObject in a plain loop, in a process of its own: what a fetch is measured against.
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { plainClient } from '../acquisition/support/s3-server.ts';

export interface GetObjectsTask {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bucket: string;
  readonly concurrency: number;
  /** Null: the bodies are read and let go. */
  readonly folder: string | null;
}

const task = JSON.parse(process.argv[2] ?? '') as GetObjectsTask;
const { bucket: Bucket, folder } = task;
const client = plainClient(task.endpoint, task);
const keys: string[] = [];
for await (const page of paginateListObjectsV2({ client }, { Bucket })) {
  keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
}
let bytes = 0;
let next = 0;
await Promise.all(Array.from({ length: task.concurrency }, getSome));
process.stdout.write(JSON.stringify({ objects: keys.length, bytes }));
client.destroy();

async function getSome(): Promise<void> {
  for (let Key = keys[next++]; Key !== undefined; Key = keys[next++]) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const content = await Body!.transformToByteArray();
    bytes += content.length;
    if (folder === null) continue;
    const path = join(folder, Key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}
