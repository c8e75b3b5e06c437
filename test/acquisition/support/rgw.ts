import { inject } from 'vitest';
import { TestS3, type S3Location } from './s3-server.ts';

export { plainClient, readingActions, TestS3, type BucketFile, type S3Keys } from './s3-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Asked with GET, it starts the run's S3 server unless it is up, and says where it is. */
    s3Broker: string;
  }
}

/**
 * The S3 server of this test run, started by whoever asks first; null, with the reason printed, where there can be none:
 * `const s3 = await testS3(); describe.skipIf(!s3)(…)`.
 */
export async function testS3(): Promise<TestS3 | null> {
  const response = await fetch(inject('s3Broker'));
  if (!response.ok) throw new Error(await response.text());
  const answer = (await response.json()) as S3Location | { readonly unavailable: string };
  if (!('unavailable' in answer)) return new TestS3(answer);
  console.log(`Skipped: ${answer.unavailable}`);
  return null;
}
