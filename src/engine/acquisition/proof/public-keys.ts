import {
  ListPublicKeysCommand,
  type CloudTrailClient,
  type ListPublicKeysCommandOutput,
  type PublicKey,
} from '@aws-sdk/client-cloudtrail';
import type { ProofFinding } from './proof-finding.ts';
import type { ProofQuestions } from './proof-questions.ts';

export interface KeyPeriod {
  readonly startAt: Date;
  readonly endAt: Date;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** CloudTrail has signed digest files since October 2015. */
const firstValidationDay = '2015-10-01';

/**
 * When the keys of digests of these days were in use (`YYYY-MM-DD`; null: from the first, to the last there is).
 * Reaches back a day (a digest lies in the folder of its end) and on to the present, because digests that were made
 * up later (`_backfill`) are signed with the key of that time.
 */
export function keyPeriod(from: string | null, now: Date): KeyPeriod {
  const startAt = new Date(Date.parse(`${from ?? firstValidationDay}T00:00:00Z`) - dayMs);
  const endAt = new Date(Math.ceil((now.getTime() + 2 * hourMs) / 1000) * 1000);
  return { startAt: startAt < endAt ? startAt : new Date(endAt.getTime() - dayMs), endAt };
}

/** What the AWS CLI would ask for: to two hours past the end of the last day. */
export function narrowKeyPeriod(from: string | null, to: string | null, now: Date): KeyPeriod {
  const { startAt } = keyPeriod(from, now);
  const wanted = to === null ? now.getTime() : Date.parse(`${to}T00:00:00Z`) + dayMs + 2 * hourMs;
  const endAt = new Date(Math.floor(Math.min(wanted, now.getTime()) / 1000) * 1000);
  return { startAt: startAt < endAt ? startAt : new Date(endAt.getTime() - dayMs), endAt };
}

/** The public keys of one region's digests. `periods` are tried in turn as long as CloudTrail refuses the range. */
export async function publicKeys(
  client: CloudTrailClient,
  questions: ProofQuestions,
  region: string,
  periods: readonly KeyPeriod[],
): Promise<ProofFinding> {
  let finding: ProofFinding | null = null;
  for (const { startAt, endAt } of periods) {
    const request = { StartTime: startAt, EndTime: endAt };
    const asked = await questions.ask({
      subject: 'public keys',
      action: 'cloudtrail:ListPublicKeys',
      region,
      resource: null,
      fileName: `public-keys-${region}`,
      request,
      send: (abortSignal) => allKeys(client, request, abortSignal),
      describe: ({ PublicKeyList = [] }) => (PublicKeyList.length === 0 ? null : describeKeys(PublicKeyList)),
      none: 'No public keys: CloudTrail signed no digest files here in this time.',
    });
    finding = asked.finding;
    if (asked.code !== 'InvalidTimeRangeException') break;
  }
  return finding!;
}

interface AllKeys extends ListPublicKeysCommandOutput {
  readonly PublicKeyList: PublicKey[];
}

/** Every page's keys as if they had come on one. */
async function allKeys(
  client: CloudTrailClient,
  request: { readonly StartTime: Date; readonly EndTime: Date },
  abortSignal: AbortSignal,
): Promise<AllKeys> {
  const keys: PublicKey[] = [];
  let token: string | undefined;
  for (;;) {
    const input = token === undefined ? request : { ...request, NextToken: token };
    const {
      PublicKeyList = [],
      NextToken,
      $metadata,
    } = await client.send(new ListPublicKeysCommand(input), {
      abortSignal,
    });
    keys.push(...PublicKeyList);
    if (!NextToken || NextToken === token) return { PublicKeyList: keys, $metadata };
    token = NextToken;
  }
}

function describeKeys(keys: readonly PublicKey[]): string {
  const days = (pick: (key: PublicKey) => Date | undefined): string[] =>
    keys.flatMap((key) => pick(key)?.toISOString().slice(0, 10) ?? []).sort();
  const first = days((key) => key.ValidityStartTime)[0] ?? 'an unknown day';
  const last = days((key) => key.ValidityEndTime).at(-1) ?? 'an unknown day';
  return `${keys.length} public ${keys.length === 1 ? 'key' : 'keys'}, valid from ${first} to ${last}.`;
}
