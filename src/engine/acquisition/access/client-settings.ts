import type { S3ClientConfig } from '@aws-sdk/client-s3';
import type { fromEnv } from '@aws-sdk/credential-providers';
import type { HttpHandler } from '@smithy/core/protocols';

type Logger = NonNullable<S3ClientConfig['logger']>;
export type CredentialsProvider = ReturnType<typeof fromEnv>;
export type Credentials = Awaited<ReturnType<CredentialsProvider>>;

export interface ClientSettings {
  readonly region: string;
  /** Null: the service's own address. */
  readonly endpoint: string | null;
  /** Whose further settings (FIPS, dual stack) count; null: the default profile's. */
  readonly profile: string | null;
  readonly handler?: HttpHandler;
  readonly credentials?: CredentialsProvider;
  readonly maxAttempts?: number;
}

/** Nothing of the SDK reaches the console: its messages hold requests, and requests hold credentials. */
export const silentLogger: Logger = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** What every client of ours has in common. Region and defaults mode are given, so that nothing is looked up. */
export function clientSettings(settings: ClientSettings) {
  // A warning of later versions' needs, printed by the first client; this one is pinned.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return {
    region: settings.region,
    defaultsMode: 'standard' as const,
    // Its adaptive mode nearly stops after a burst of SlowDown: one shared rate falls with each and recovers too slowly.
    // Lists and downloads have an adaptive limit of their own.
    retryMode: 'standard' as const,
    maxAttempts: settings.maxAttempts ?? 8,
    logger: silentLogger,
    ignoreConfiguredEndpointUrls: true,
    ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint }),
    ...(settings.profile === null ? {} : { profile: settings.profile }),
    ...(settings.handler ? { requestHandler: settings.handler } : {}),
    ...(settings.credentials ? { credentials: settings.credentials } : {}),
  };
}
