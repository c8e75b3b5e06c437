import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { TrailObject } from './trail-objects.ts';
import { instant } from './trail-records.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  /** As `ListPublicKeys` gives it: PKCS #1, DER. */
  readonly publicKey: Buffer;
  readonly fingerprint: string;
}

export function makeSigningKey(): SigningKey {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKey = pair.publicKey.export({ type: 'pkcs1', format: 'der' });
  return { privateKey: pair.privateKey, publicKey, fingerprint: createHash('md5').update(publicKey).digest('hex') };
}

const hourMs = 3_600_000;

/** The digests of one account and region, each with the signature of the one before (FORMAT section 4). */
export class DigestChain {
  readonly #bucket: string;
  readonly #accountId: string;
  readonly #signingKey: SigningKey;
  readonly #logsByHour = new Map<number, TrailObject[]>();
  #previous: { key: string; hash: string; signature: string } | null = null;

  /** `logs`: every log file of that account and region. */
  constructor(bucket: string, accountId: string, signingKey: SigningKey, logs: readonly TrailObject[]) {
    this.#bucket = bucket;
    this.#accountId = accountId;
    this.#signingKey = signingKey;
    for (const log of logs) {
      const hour = deliveryHour(log);
      this.#logsByHour.set(hour, [...(this.#logsByHour.get(hour) ?? []), log]);
    }
  }

  /** The digest of the hour that ends then, over the logs delivered in it. */
  next(key: string, endMs: number): { text: string; metadata: { signature: string; 'signature-algorithm': string } } {
    const previous = this.#previous;
    const text = JSON.stringify({
      awsAccountId: this.#accountId,
      digestStartTime: instant(endMs - hourMs),
      digestEndTime: instant(endMs),
      digestS3Bucket: this.#bucket,
      digestS3Object: key,
      newestEventTime: null,
      oldestEventTime: null,
      previousDigestS3Bucket: previous && this.#bucket,
      previousDigestS3Object: previous && previous.key,
      previousDigestHashValue: previous && previous.hash,
      previousDigestHashAlgorithm: previous && 'SHA-256',
      previousDigestSignature: previous && previous.signature,
      digestPublicKeyFingerprint: this.#signingKey.fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      logFiles: (this.#logsByHour.get(endMs / hourMs - 1) ?? []).map((log) => ({
        s3Bucket: this.#bucket,
        s3Object: log.key,
        hashValue: sha256(gunzipSync(log.body)),
        hashAlgorithm: 'SHA-256',
      })),
    });
    const hash = sha256(text);
    const signed = [instant(endMs), `${this.#bucket}/${key}`, hash, previous?.signature ?? 'null'].join('\n');
    const signature = sign('sha256', Buffer.from(signed), this.#signingKey.privateKey).toString('hex');
    this.#previous = { key, hash, signature };
    return { text, metadata: { signature, 'signature-algorithm': 'SHA256withRSA' } };
  }
}

/** By the time in the file's name, in hours since 1970. */
function deliveryHour({ key }: TrailObject): number {
  const [, year, month, day, hour] = /_(\d{4})(\d\d)(\d\d)T(\d\d)\d\dZ_/.exec(key)!;
  return Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`) / hourMs;
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
