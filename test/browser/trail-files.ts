import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A plain management event; `number` tells it from others. */
export function event(number: number, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const tail = String(number).padStart(12, '0');
  return {
    eventVersion: '1.08',
    eventTime: new Date(Date.UTC(2026, 2, 5, 10, 0, number)).toISOString().replace('.000Z', 'Z'),
    eventSource: 'iam.amazonaws.com',
    eventName: 'ListUsers',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.10',
    userAgent: 'aws-cli/2.15',
    userIdentity: {
      type: 'IAMUser',
      userName: 'ana',
      accountId: '111122223333',
      arn: 'arn:aws:iam::111122223333:user/ana',
    },
    eventID: `00000000-0000-4000-8000-${tail}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
    ...more,
  };
}

/** File names are text from outside: this one would run a script if it were shown as HTML. */
export const hostileName = `<img src=x onerror="document.title='broken out'">.json`;

/**
 * A folder of logs with one of everything the accounting tells apart. By hand: three events; one of them again, a
 * fourth, and a number where a record should be; a text file.
 * Read 6 = stored 4 + duplicate 1 + rejected 1; two files of records, one of another kind.
 */
export async function writeTrail(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const log = (records: readonly unknown[]): string => JSON.stringify({ Records: records });
  await writeFile(join(folder, 'first.json.gz'), gzipSync(log([event(1), event(2), event(3)])));
  await writeFile(join(folder, hostileName), log([event(3), event(4), 17]));
  await writeFile(join(folder, 'notes.txt'), 'Collected by the night shift.\n');
}

/** Enough distinct events to watch an import of them: `files` files of `perFile` events each. */
export async function writeLongTrail(folder: string, files: number, perFile: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let file = 0; file < files; file += 1) {
    const records = Array.from({ length: perFile }, (_, index) => event(1 + file * perFile + index));
    await writeFile(join(folder, `${file}.json.gz`), gzipSync(JSON.stringify({ Records: records }), { level: 1 }));
  }
}
