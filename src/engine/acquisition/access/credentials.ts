import { createHash } from 'node:crypto';
import { fromEnv, fromHttp, fromIni, fromInstanceMetadata, fromTokenFile } from '@aws-sdk/credential-providers';
import { SSOOIDCClient } from '@aws-sdk/client-sso-oidc';
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { Prompts } from '../prompts.ts';
import { clientSettings, silentLogger, type Credentials, type CredentialsProvider } from './client-settings.ts';
import type { CredentialLink, SsoLink } from './credential-plan.ts';
import { configuredEndpoint, hostOf } from './endpoints.ts';
import type { GuardedHandler } from './guarded-handler.ts';
import { instanceMetadataHost, roleRegion, type AccessPlan } from './hosts.ts';
import type { AccessEnvironment } from './s3-session.ts';
import { ensureSsoToken } from './sso-sign-in.ts';

/** Credentials are asked for again when they have less than this to live. */
const renewalMs = 5 * 60_000;

export interface CredentialSource {
  readonly provider: CredentialsProvider;
  /** Drops what is remembered: it was not accepted. */
  forget(): void;
}

/**
 * Temporary credentials by the way they were had, in memory only, for as long as the person's questions live: a code
 * is not asked for again by the next session, which could not use it a second time either.
 */
const remembered = new WeakMap<Prompts, Map<string, Credentials>>();

/** Credentials by the planned link of the SDK's standard chain. Asks the person where it takes a code or a sign-in. */
export function createCredentials(
  plan: AccessPlan,
  handler: GuardedHandler,
  environment: Pick<AccessEnvironment, 'prompts' | 'signal'>,
): CredentialSource {
  const memory = remembered.get(environment.prompts) ?? new Map<string, Credentials>();
  remembered.set(environment.prompts, memory);
  const key = fingerprint(plan);
  const chain = new CredentialChain(plan, handler, environment);
  let pending: Promise<Credentials> | null = null;

  const load = async (): Promise<Credentials> => {
    const credentials = await chain.resolve();
    if (credentials.expiration) memory.set(key, credentials);
    return credentials;
  };
  return {
    provider: async () => {
      const known = memory.get(key);
      if (known?.expiration && known.expiration.getTime() - Date.now() > renewalMs) return known;
      pending ??= load().finally(() => (pending = null));
      return pending;
    },
    forget: () => memory.delete(key),
  };
}

class CredentialChain {
  readonly #plan: AccessPlan;
  readonly #handler: GuardedHandler;
  readonly #environment: Pick<AccessEnvironment, 'prompts' | 'signal'>;

  constructor(plan: AccessPlan, handler: GuardedHandler, environment: Pick<AccessEnvironment, 'prompts' | 'signal'>) {
    this.#plan = plan;
    this.#handler = handler;
    this.#environment = environment;
  }

  async resolve(): Promise<Credentials> {
    const { links } = this.#plan.credentials;
    const source = links.at(-1);
    this.#noteSource(source);
    if (source?.kind !== 'sso') return this.#load();
    await this.#signIn(source);
    try {
      return await this.#load();
    } catch (error) {
      // The session was ended elsewhere, though its token has not expired.
      if (!/UnauthorizedException|Session token not found or invalid/.test(String(error))) throw error;
      await this.#signIn(source, true);
      return this.#load();
    }
  }

  #load(): Promise<Credentials> {
    const { profile, links } = this.#plan.credentials;
    const tools = { logger: silentLogger, clientConfig: this.#clientConfig() };
    if (profile !== null) {
      return fromIni({
        ...tools,
        profile,
        ignoreCache: true,
        mfaCodeProvider: (serial) => this.#askCode(serial),
        roleAssumer: (source, input) => this.#assumeRole(source, input),
        roleAssumerWithWebIdentity: (input) => this.#assumeRoleWithWebIdentity(input),
      })();
    }
    switch (links[0]?.kind) {
      case 'environment':
        return fromEnv({ logger: silentLogger })();
      case 'web-identity':
        return fromTokenFile({
          ...tools,
          roleAssumerWithWebIdentity: (input) => this.#assumeRoleWithWebIdentity(input),
        })();
      case 'container':
        return fromHttp({ logger: silentLogger })();
      default:
        return fromInstanceMetadata({ logger: silentLogger, timeout: 2000, maxRetries: 1 })();
    }
  }

  /** For the client that the SDK makes of its own accord: of the SSO portal, or of `aws login`. */
  #clientConfig() {
    const { config, profile, credentials } = this.#plan;
    const service = credentials.links.at(-1)?.kind === 'login' ? 'Signin' : 'SSO';
    const endpoint = configuredEndpoint(config, profile, service);
    return {
      requestHandler: this.#handler,
      logger: silentLogger,
      defaultsMode: 'standard' as const,
      ignoreConfiguredEndpointUrls: true,
      ...(endpoint === null ? {} : { endpoint }),
      ...(profile === null ? {} : { profile }),
    };
  }

  async #signIn(link: SsoLink, isRefused = false): Promise<void> {
    const { config, profile } = this.#plan;
    const endpoint = configuredEndpoint(config, profile, 'SSO OIDC');
    const client = new SSOOIDCClient(
      clientSettings({ region: link.region, endpoint, profile, handler: this.#handler }),
    );
    await ensureSsoToken(link, { client, ...this.#environment }, isRefused);
  }

  async #askCode(mfaSerial: string): Promise<string> {
    const { prompts, signal } = this.#environment;
    const role = this.#plan.credentials.links.find(
      (link) => link.kind === 'assume-role' && link.mfaSerial === mfaSerial,
    );
    const title = role?.kind === 'assume-role' ? `profile “${role.profile}”, role ${role.roleArn}` : 'MFA code';
    const code = (await prompts.ask({ type: 'mfa', title, mfaSerial }, signal))?.trim();
    if (code) return code;
    throw new TrailbenchError(
      'CANCELLED',
      `No MFA code was given for ${mfaSerial}: without it there are no credentials.`,
    );
  }

  async #assumeRole(
    source: Credentials,
    input: ConstructorParameters<typeof AssumeRoleCommand>[0],
  ): Promise<Credentials> {
    const sts = this.#sts(async () => source);
    return readRole(await sts.send(new AssumeRoleCommand(input), { abortSignal: this.#environment.signal }));
  }

  async #assumeRoleWithWebIdentity(
    input: ConstructorParameters<typeof AssumeRoleWithWebIdentityCommand>[0],
  ): Promise<Credentials> {
    const command = new AssumeRoleWithWebIdentityCommand(input);
    return readRole(await this.#sts().send(command, { abortSignal: this.#environment.signal }));
  }

  #sts(credentials?: CredentialsProvider): STSClient {
    const { stsEndpoint, profile } = this.#plan;
    const region = roleRegion(this.#plan);
    const settings = { region, endpoint: stsEndpoint, profile, handler: this.#handler, maxAttempts: 3 };
    return new STSClient(clientSettings({ ...settings, ...(credentials ? { credentials } : {}) }));
  }

  /** The metadata services are asked past the session's handler. */
  #noteSource(source: CredentialLink | undefined): void {
    if (source?.kind === 'container') this.#handler.traffic.addHost(hostOf(source.url));
    if (source?.kind === 'instance') this.#handler.traffic.addHost(instanceMetadataHost(this.#plan));
  }
}

function readRole({
  Credentials: given,
}: {
  readonly Credentials?:
    | {
        readonly AccessKeyId?: string | undefined;
        readonly SecretAccessKey?: string | undefined;
        readonly SessionToken?: string | undefined;
        readonly Expiration?: Date | undefined;
      }
    | undefined;
}): Credentials {
  if (!given?.AccessKeyId || !given.SecretAccessKey) {
    throw new TrailbenchError('AWS_FAILED', 'STS gave no credentials for the role: check the endpoint of STS.');
  }
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    ...(given.SessionToken ? { sessionToken: given.SessionToken } : {}),
    ...(given.Expiration ? { expiration: given.Expiration } : {}),
  };
}

/** Differs as soon as anything differs that decides which credentials come out. */
function fingerprint({ config, credentials, stsEndpoint }: AccessPlan): string {
  const { env } = process;
  const text = JSON.stringify([
    credentials,
    stsEndpoint,
    [...config.profiles],
    [...config.ssoSessions],
    [env['AWS_ACCESS_KEY_ID'], env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN'], env['AWS_ROLE_ARN']],
  ]);
  return createHash('sha256').update(text).digest('hex');
}
