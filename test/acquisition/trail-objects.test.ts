import { createHash, createPublicKey, verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { plainClient, testS3 } from './support/rgw.ts';
import { makeTrail, streamsOf, totals, trailKinds } from './support/trail-objects.ts';

const s3 = await testS3();

test('a trail is what its truth says, the same for the same seed, and its digests verify', () => {
  const trail = makeTrail({ objects: 3000, seed: 5, bucket: 'evidence', prefix: 'logs/' });
  expect(trail.objects).toHaveLength(3000);
  expect(streamsOf(trail.objects).size).toBe(5 * 5 * 4);
  expect(new Set(trail.objects.map(({ key }) => key)).size).toBe(3000);
  expect(new Set(trail.objects.map(({ kind }) => kind))).toEqual(new Set(trailKinds));
  const again = makeTrail({ objects: 3000, seed: 5, bucket: 'evidence', prefix: 'logs/' });
  const logsOf = (made: typeof trail) =>
    made.objects.filter(({ kind }) => kind !== 'CloudTrail-Digest').map(({ key, sha256 }) => [key, sha256]);
  expect(logsOf(again)).toEqual(logsOf(trail));

  const events = new Map<string, string>();
  let records = 0;
  for (const each of trail.objects) {
    const text = gunzipSync(each.body).toString();
    if (each.kind === 'CloudTrail-Digest') {
      const digest = JSON.parse(text) as Record<string, string | null>;
      const hash = createHash('sha256').update(text).digest('hex');
      const place = `${digest['digestS3Bucket']}/${digest['digestS3Object']}`;
      const signed = [digest['digestEndTime'], place, hash, digest['previousDigestSignature'] ?? 'null'].join('\n');
      const key = createPublicKey({ key: trail.signingKey.publicKey, type: 'pkcs1', format: 'der' });
      expect(place).toBe(`evidence/${each.key}`);
      expect(verify('sha256', Buffer.from(signed), key, Buffer.from(each.metadata!['signature']!, 'hex'))).toBe(true);
      continue;
    }
    if (each.kind !== 'CloudTrail' && each.kind !== 'CloudTrail-NetworkActivity') continue;
    for (const record of (JSON.parse(text) as { Records: { eventID: string }[] }).Records) {
      records += 1;
      const written = JSON.stringify(record);
      expect(events.get(record.eventID) ?? written).toBe(written);
      events.set(record.eventID, written);
    }
  }
  expect(totals(trail.objects)).toMatchObject({ records, distinctEvents: events.size });
  expect(records).toBeGreaterThan(events.size);
});

describe.skipIf(!s3)('the S3 server', () => {
  test('holds what was put, and shows it to those who may see it', async () => {
    const bucket = await s3!.makeBucket();
    const trail = makeTrail({ objects: 300, bucket });
    await s3!.putObjects(bucket, [...trail.objects, ...trail.others]);
    const reader = plainClient(s3!.endpoint, await s3!.makeUser({ mayRead: [bucket] }));
    const stranger = plainClient(s3!.endpoint, await s3!.makeUser({ mayRead: [] }));
    const keys: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client: reader, pageSize: 100 }, { Bucket: bucket })) {
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
    }
    expect(keys.sort()).toEqual([...trail.objects, ...trail.others].map(({ key }) => key).sort());
    const digest = trail.objects.find(({ kind }) => kind === 'CloudTrail-Digest')!;
    const object = await reader.send(new GetObjectCommand({ Bucket: bucket, Key: digest.key }));
    expect(Buffer.from(await object.Body!.transformToByteArray())).toEqual(digest.body);
    expect(object.Metadata).toEqual(digest.metadata);
    await expect(stranger.send(new GetObjectCommand({ Bucket: bucket, Key: digest.key }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await s3!.removeBucket(bucket);
    await expect(reader.send(new GetObjectCommand({ Bucket: bucket, Key: digest.key }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
  });
});
