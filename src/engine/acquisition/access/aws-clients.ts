import { readFile } from 'node:fs/promises';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { STSClient } from '@aws-sdk/client-sts';
import type { EventHistoryAccess, S3Access } from '#shared/api/acquisition.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { AwsCall, AwsFailure } from './aws-failure.ts';
import { clientSettings, type CredentialsProvider } from './client-settings.ts';
import { describeCredentials } from './credential-plan.ts';
import { createCredentials, type CredentialSource } from './credentials.ts';
import { explainAws, type FailureContext } from './explain-aws.ts';
import { GuardedHandler } from './guarded-handler.ts';
import { accessHosts, cloudTrailHost, mayAsk, planAccess, type AccessPlan } from './hosts.ts';
import type { AccessEnvironment, AwsClients, Traffic } from './s3-session.ts';

/**
 * Clients for calls that need no bucket. Contacts nothing before the first call. Errors: BAD_INPUT (settings that lead
 * nowhere).
 */
export async function openAwsClients(access: EventHistoryAccess, environment: AccessEnvironment): Promise<AwsClients> {
  return openSharedClients(access, environment);
}

/** The same, as S3 sessions build on it. */
export async function openSharedClients(
  access: EventHistoryAccess | S3Access,
  environment: AccessEnvironment,
): Promise<SharedClients> {
  const plan = await planAccess(access);
  const section = plan.config.profiles.get(plan.profile ?? plan.credentials.profile ?? 'default');
  const bundlePath = process.env['AWS_CA_BUNDLE'] || section?.['ca_bundle'] || null;
  const handler = new GuardedHandler({
    concurrency: environment.concurrency,
    certificates: bundlePath === null ? null : await readCertificates(bundlePath),
    signal: environment.signal,
  });
  handler.announce(...(await accessHosts(plan, access)));
  return new SharedClients(plan, handler, environment);
}

/** One handler, one set of credentials, and a client for each service that is asked. */
export class SharedClients implements AwsClients {
  readonly plan: AccessPlan;
  readonly handler: GuardedHandler;
  readonly provider: CredentialsProvider;
  readonly #credentials: CredentialSource;
  readonly #environment: AccessEnvironment;
  readonly #cloudTrails = new Map<string, CloudTrailClient>();
  #sts: STSClient | null = null;

  constructor(plan: AccessPlan, handler: GuardedHandler, environment: AccessEnvironment) {
    this.plan = plan;
    this.handler = handler;
    this.#environment = environment;
    this.#credentials = createCredentials(plan, handler, environment);
    this.provider = this.#credentials.provider;
  }

  get traffic(): Traffic {
    return this.handler.traffic;
  }

  cloudTrail(region: string): CloudTrailClient | null {
    const { cloudTrailEndpoint: endpoint, profile } = this.plan;
    if (!mayAsk(this.plan, endpoint)) return null;
    let client = this.#cloudTrails.get(region);
    if (!client) {
      client = new CloudTrailClient(
        clientSettings({ region, endpoint, profile, handler: this.handler, credentials: this.provider }),
      );
      client.middlewareStack.add(
        // Regions of the event history and of proof come with the request, whose hosts were listed with them.
        (next) => async (args) => {
          this.handler.announce(await cloudTrailHost(this.plan, region));
          return next(args);
        },
        { step: 'initialize', name: 'announceCloudTrail' },
      );
      this.#cloudTrails.set(region, client);
    }
    return client;
  }

  sts(): STSClient | null {
    const { stsEndpoint: endpoint, profile, homeRegion: region } = this.plan;
    if (!mayAsk(this.plan, endpoint)) return null;
    this.#sts ??= new STSClient(
      clientSettings({ region, endpoint, profile, handler: this.handler, credentials: this.provider }),
    );
    return this.#sts;
  }

  explain(error: unknown, call: AwsCall): AwsFailure {
    return this.explainWith(error, call, {});
  }

  /** `context` adds what the session knows beyond the access plan. */
  explainWith(error: unknown, call: AwsCall, context: FailureContext): AwsFailure {
    const { credentials, s3Endpoint, isCustomStore } = this.plan;
    const failure = explainAws(error, call, {
      credentials: describeCredentials(credentials),
      profile: credentials.profile,
      clockSkewMs: this.traffic.clockSkewMs,
      isCancelled: this.#environment.signal.aborted,
      endpointUrl: isCustomStore ? s3Endpoint : null,
      ...methodOf(this.plan),
      ...context,
    });
    if (failure.kind === 'expired' || failure.kind === 'credentials') this.#credentials.forget();
    return failure;
  }

  close(): void {
    this.handler.destroy();
  }
}

async function readCertificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new TrailbenchError(
      'BAD_INPUT',
      `The certificates at ${path} can’t be read: correct AWS_CA_BUNDLE or ca_bundle, or remove it.`,
      undefined,
      { cause: error },
    );
  }
}

function methodOf({ credentials }: AccessPlan): { method?: string } {
  const source = credentials.links.at(-1);
  return source ? { method: source.kind } : {};
}
