import type { ContactedHost, ContactedHosts, HostsRequest } from '#shared/api/acquisition.ts';
import { describeCredentials, planCredentials, type CredentialLink, type CredentialPlan } from './credential-plan.ts';
import { configuredEndpoint, hostOf, s3Host, serviceHost, signinHost, type ServiceId } from './endpoints.ts';
import { checkRegion, parseEndpointUrl, parseS3Url } from './s3-url.ts';
import { homeRegion, readSharedConfig, type SharedConfig } from './shared-config.ts';

/** All that is known of an access before anything is contacted. */
export interface AccessPlan {
  readonly config: SharedConfig;
  readonly credentials: CredentialPlan;
  readonly profile: string | null;
  /** Where STS is asked, and where the bucket is looked for first. */
  readonly homeRegion: string;
  /** Null: Amazon's own. */
  readonly s3Endpoint: string | null;
  /** Null where `isCustomStore`, unless an endpoint is set for the service itself. */
  readonly stsEndpoint: string | null;
  readonly cloudTrailEndpoint: string | null;
  /** S3 (or the event history) is not Amazon's: Amazon's other services know nothing of it. */
  readonly isCustomStore: boolean;
}

/**
 * Every host that a fetch may contact: what is not listed here is refused by the session's handler. Contacts nothing.
 * Errors: BAD_INPUT.
 */
export async function listHosts(request: HostsRequest): Promise<ContactedHosts> {
  const plan = await planAccess(request.access);
  const hosts = await basicHosts(plan, request.access);
  const withCloudTrail = request.kind === 'event-history' || request.withProof;
  // Of a bucket, the trails of its own region are asked for, too.
  const bucketRegion =
    'url' in request.access ? (request.access.region ?? parseS3Url(request.access.url).region) : null;
  const regions = new Set([...request.regions, ...(bucketRegion ? [bucketRegion] : [])]);
  for (const region of withCloudTrail && mayAsk(plan, plan.cloudTrailEndpoint) ? regions : []) {
    const host = await cloudTrailHost(plan, region);
    const purpose =
      request.kind === 'event-history' ? 'event history' : 'what later proof needs (public keys, trail status)';
    hosts.push({ host, purpose: `CloudTrail in ${region}: ${purpose}` });
  }
  return { hosts: merge(hosts), credentials: describeCredentials(plan.credentials) };
}

/** Of these, what a session may need in any case: the bucket, credentials, and whose they are. */
export async function accessHosts(plan: AccessPlan, access: HostsRequest['access']): Promise<readonly string[]> {
  return (await basicHosts(plan, access)).map(({ host }) => host);
}

/** What an access comes to on this machine. Errors: BAD_INPUT. */
export async function planAccess(access: HostsRequest['access']): Promise<AccessPlan> {
  const config = await readSharedConfig();
  const profile = access.profile ?? null;
  const region = 'region' in access ? (access.region ?? parseS3Url(access.url).region) : null;
  const isS3 = 'url' in access;
  const given = access.endpointUrl ? parseEndpointUrl(access.endpointUrl) : null;
  const s3Endpoint = isS3 ? (given ?? configuredEndpoint(config, profile, 'S3')) : null;
  const cloudTrailEndpoint = (isS3 ? null : given) ?? configuredEndpoint(config, profile, 'CloudTrail');
  return {
    config,
    credentials: planCredentials(config, profile),
    profile,
    homeRegion: checkRegion(homeRegion(config, profile, region ?? null)),
    s3Endpoint,
    stsEndpoint: configuredEndpoint(config, profile, 'STS'),
    cloudTrailEndpoint,
    isCustomStore: isCustom(isS3 ? s3Endpoint : given),
  };
}

/** False where the store is not Amazon's and the service has no endpoint of its own. */
export function mayAsk(plan: AccessPlan, endpoint: string | null): boolean {
  return !plan.isCustomStore || endpoint !== null;
}

export async function cloudTrailHost(plan: AccessPlan, region: string): Promise<string> {
  const settings = { region: checkRegion(region), endpoint: plan.cloudTrailEndpoint, profile: plan.profile };
  return serviceHost('CloudTrail', settings);
}

/** The region whose STS a profile's role is asked of: the profile's own comes first, as in the SDK. */
export function roleRegion(plan: AccessPlan): string {
  const [link] = plan.credentials.links;
  const profile = link && 'profile' in link ? link.profile : null;
  return (profile !== null ? plan.config.profiles.get(profile)?.['region'] : undefined) ?? plan.homeRegion;
}

async function basicHosts(plan: AccessPlan, access: HostsRequest['access']): Promise<ContactedHost[]> {
  const hosts = 'url' in access ? await s3Hosts(plan, access) : [];
  const perLink = await Promise.all(plan.credentials.links.map((link) => linkHosts(plan, link)));
  const identity = mayAsk(plan, plan.stsEndpoint)
    ? [await stsHost(plan, 'which principal the credentials belong to')]
    : [];
  return [...hosts, ...perLink.flat(), ...identity];
}

async function s3Hosts(plan: AccessPlan, access: Extract<HostsRequest, { kind: 's3' }>['access']) {
  const { bucket, region: regionInUrl } = parseS3Url(access.url);
  const settings = {
    region: plan.homeRegion,
    endpoint: plan.s3Endpoint,
    profile: plan.profile,
    forcePathStyle: access.forcePathStyle,
  };
  const host = await s3Host(settings, bucket);
  const hosts: ContactedHost[] = [{ host, purpose: `S3: the bucket ${bucket}` }];
  if (access.region || regionInUrl || plan.isCustomStore) return hosts;
  // Only S3 knows the bucket's region: the same host with another region in it.
  const at = host.lastIndexOf(plan.homeRegion);
  const anywhere = at < 0 ? host : `${host.slice(0, at)}*${host.slice(at + plan.homeRegion.length)}`;
  hosts.push({ host: anywhere, purpose: `S3: the bucket ${bucket}, once its region is known` });
  return hosts;
}

async function linkHosts(plan: AccessPlan, link: CredentialLink): Promise<ContactedHost[]> {
  switch (link.kind) {
    case 'assume-role':
    case 'web-identity':
      return [await stsHost(plan, `credentials of the role ${link.roleArn}`, roleRegion(plan))];
    case 'sso': {
      const [portal, oidc] = await Promise.all([
        ssoHost(plan, 'SSO', link.region),
        ssoHost(plan, 'SSO OIDC', link.region),
      ]);
      return [
        { host: portal, purpose: 'IAM Identity Center: credentials' },
        { host: oidc, purpose: 'IAM Identity Center: sign-in' },
        { host: hostOf(link.startUrl), purpose: 'the sign-in page, opened in your browser' },
        ...(oidc.startsWith('oidc.')
          ? [{ host: oidc.replace(/^oidc/, 'device.sso'), purpose: 'the sign-in page, opened in your browser' }]
          : []),
      ];
    }
    case 'login': {
      const region = plan.config.profiles.get(link.profile)?.['region'] ?? plan.homeRegion;
      const host = signinHost(region, configuredEndpoint(plan.config, plan.profile, 'Signin'));
      return [{ host, purpose: 'renews the session of “aws login”' }];
    }
    case 'container':
      return [{ host: hostOf(link.url), purpose: 'credentials of the container’s role' }];
    case 'instance':
      return [{ host: instanceMetadataHost(plan), purpose: 'credentials of the instance’s role (metadata service)' }];
    case 'process':
    case 'keys':
    case 'environment':
      return [];
  }
}

/** The address of the EC2 metadata service; not on any network but the instance's own. */
export function instanceMetadataHost({ config, profile }: AccessPlan): string {
  const section = config.profiles.get(profile ?? process.env['AWS_PROFILE'] ?? 'default');
  const { env } = process;
  const endpoint = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? section?.['ec2_metadata_service_endpoint'];
  if (endpoint) return hostOf(endpoint);
  const mode = env['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE'] ?? section?.['ec2_metadata_service_endpoint_mode'];
  return mode === 'IPv6' ? '[fd00:ec2::254]' : '169.254.169.254';
}

async function stsHost(plan: AccessPlan, purpose: string, region = plan.homeRegion): Promise<ContactedHost> {
  const host = await serviceHost('STS', { region, endpoint: plan.stsEndpoint, profile: plan.profile });
  return { host, purpose: `STS: ${purpose}` };
}

async function ssoHost(plan: AccessPlan, service: Extract<ServiceId, 'SSO' | 'SSO OIDC'>, region: string) {
  const endpoint = configuredEndpoint(plan.config, plan.profile, service);
  return serviceHost(service, { region: checkRegion(region), endpoint, profile: plan.profile });
}

/** Endpoints of VPCs, FIPS and the like are Amazon's as well. */
function isCustom(endpoint: string | null): boolean {
  return endpoint !== null && !/\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(new URL(endpoint).hostname);
}

/** One entry a host, with all its purposes. */
function merge(hosts: readonly ContactedHost[]): ContactedHost[] {
  const purposes = new Map<string, Set<string>>();
  for (const { host, purpose } of hosts) purposes.set(host, (purposes.get(host) ?? new Set()).add(purpose));
  return [...purposes].map(([host, texts]) => ({ host, purpose: [...texts].join('; ') }));
}
