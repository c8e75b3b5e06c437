import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { AwsClients } from '../access/s3-session.ts';
import { unsaved, type ProofFinding } from './proof-finding.ts';
import { ProofQuestions } from './proof-questions.ts';

/** Who the credentials belong to; every field null where STS does not tell. */
export interface CallerIdentity {
  readonly arn: string | null;
  readonly accountId: string | null;
  readonly userId: string | null;
  readonly finding: ProofFinding;
}

const subject = 'caller identity';

/**
 * Asks STS who the credentials belong to; the answer is kept in `folder`. AWS allows this call to everyone, but an
 * S3-compatible store may have no STS. Errors: IO_FAILED, the signal's reason.
 */
export async function callerIdentity(
  clients: AwsClients,
  options: { readonly folder: string; readonly signal: AbortSignal; readonly timeoutMs?: number },
): Promise<CallerIdentity> {
  const client = clients.sts();
  if (!client) {
    const detail =
      'This S3-compatible store has no STS endpoint configured, so the principal is not known; the operator is recorded.';
    const finding = unsaved({ subject, state: 'skipped', detail });
    return { arn: null, accountId: null, userId: null, finding };
  }
  const questions = new ProofQuestions(clients, options.folder, options.signal, options.timeoutMs);
  const { finding, answer } = await questions.ask({
    subject,
    action: 'sts:GetCallerIdentity',
    region: await client.config.region(),
    resource: null,
    fileName: subject.replace(' ', '-'),
    request: {},
    send: (abortSignal) => client.send(new GetCallerIdentityCommand({}), { abortSignal }),
    describe: ({ Arn }) => `The credentials belong to ${Arn ?? 'a principal that STS does not name'}.`,
  });
  return {
    arn: answer?.Arn ?? null,
    accountId: answer?.Account ?? null,
    userId: answer?.UserId ?? null,
    finding: { ...finding, resource: answer?.Arn ?? null },
  };
}
