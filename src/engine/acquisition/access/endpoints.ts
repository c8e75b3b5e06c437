import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTokenCommand, SSOOIDCClient } from '@aws-sdk/client-sso-oidc';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { TrailbenchError } from '#shared/api/errors.ts';
import { parseEndpointUrl } from './s3-url.ts';
import { clientSettings, type ClientSettings } from './client-settings.ts';
import { defaultProfileName, type SharedConfig } from './shared-config.ts';

/** Service ids as the SDK spells them; the names of settings are made of them. */
export type ServiceId = 'S3' | 'STS' | 'CloudTrail' | 'SSO' | 'SSO OIDC' | 'Signin';

/**
 * The endpoint that environment or profile set for a service, null if they set none. The SDK's own look-up does not
 * read a client's profile, only AWS_PROFILE's, so it is done here and the SDK's is switched off.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function configuredEndpoint(config: SharedConfig, profile: string | null, service: ServiceId): string | null {
  const section = config.profiles.get(profile ?? defaultProfileName());
  const isIgnored = process.env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] ?? section?.['ignore_configured_endpoint_urls'];
  if (isIgnored === 'true') return null;
  const words = service.split(' ');
  const services = section?.['services'] === undefined ? undefined : config.services.get(section['services']);
  const endpoint =
    process.env[`AWS_ENDPOINT_URL_${words.join('_').toUpperCase()}`] ||
    process.env['AWS_ENDPOINT_URL'] ||
    services?.[`${words.join('_').toLowerCase()}.endpoint_url`] ||
    section?.['endpoint_url'];
  return endpoint ? parseEndpointUrl(endpoint) : null;
}

/** `host`, or `host:port` where the port is not the scheme's own. Errors: BAD_INPUT. */
export function hostOf(url: string): string {
  if (URL.canParse(url)) return new URL(url).host;
  throw new TrailbenchError('BAD_INPUT', `“${url}” in the AWS settings is no address: correct it there.`);
}

/** The host of one bucket's requests, as the SDK will choose it. Contacts nothing. Errors: BAD_INPUT. */
export async function s3Host(
  settings: Pick<ClientSettings, 'region' | 'endpoint' | 'profile'> & { readonly forcePathStyle: boolean },
  bucket: string,
): Promise<string> {
  const client = new S3Client({ ...clientSettings(settings), forcePathStyle: settings.forcePathStyle });
  return resolve(() => getEndpointFromInstructions({ Bucket: bucket }, HeadBucketCommand, client.config));
}

/** The host of a service in a region, as the SDK will choose it. Contacts nothing. Errors: BAD_INPUT. */
export async function serviceHost(
  service: Exclude<ServiceId, 'S3' | 'Signin'>,
  settings: Pick<ClientSettings, 'region' | 'endpoint' | 'profile'>,
): Promise<string> {
  switch (service) {
    case 'STS': {
      const { config } = new STSClient(clientSettings(settings));
      return resolve(() => getEndpointFromInstructions({}, GetCallerIdentityCommand, config));
    }
    case 'CloudTrail': {
      const { config } = new CloudTrailClient(clientSettings(settings));
      return resolve(() => getEndpointFromInstructions({}, LookupEventsCommand, config));
    }
    case 'SSO OIDC': {
      const { config } = new SSOOIDCClient(clientSettings(settings));
      return resolve(() => getEndpointFromInstructions({}, CreateTokenCommand, config));
    }
    case 'SSO': {
      if (settings.endpoint !== null) return hostOf(settings.endpoint);
      // The portal's client is not published on its own; its rules differ from OIDC's in this label alone.
      return (await serviceHost('SSO OIDC', settings)).replace(/^oidc/, 'portal.sso');
    }
  }
}

/** Where sessions of `aws login` are renewed; the SDK has no public client for it. */
export function signinHost(region: string, endpoint: string | null): string {
  if (endpoint !== null) return hostOf(endpoint);
  if (region.startsWith('cn-')) return `${region}.signin.amazonaws.cn`;
  if (region.startsWith('us-gov-')) return `${region}.signin.amazonaws-us-gov.com`;
  return `${region}.signin.aws.amazon.com`;
}

async function resolve(endpoint: () => Promise<{ readonly url: URL }>): Promise<string> {
  try {
    return (await endpoint()).url.host;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TrailbenchError(
      'BAD_INPUT',
      `The AWS settings lead to no endpoint: ${reason}. Check region and endpoint.`,
    );
  }
}
