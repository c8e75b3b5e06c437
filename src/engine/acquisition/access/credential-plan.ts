import { TrailbenchError } from '#shared/api/errors.ts';
import { defaultProfileName, type ConfigSection, type SharedConfig } from './shared-config.ts';

/** One step to credentials. A role comes before what its credentials are asked with. */
export type CredentialLink =
  | { readonly kind: 'environment' }
  | { readonly kind: 'keys'; readonly profile: string }
  | {
      readonly kind: 'assume-role';
      readonly profile: string;
      readonly roleArn: string;
      readonly mfaSerial: string | null;
    }
  | { readonly kind: 'web-identity'; readonly profile: string | null; readonly roleArn: string }
  | { readonly kind: 'process'; readonly profile: string }
  | SsoLink
  | { readonly kind: 'login'; readonly profile: string; readonly session: string }
  | { readonly kind: 'container'; readonly url: string }
  | { readonly kind: 'instance' };

export interface SsoLink {
  readonly kind: 'sso';
  readonly profile: string;
  /** The `[sso-session …]` section; null: the older form, whose settings are in the profile. */
  readonly session: string | null;
  readonly startUrl: string;
  readonly region: string;
  readonly scopes: readonly string[];
}

/** How credentials will be had: known before anything is contacted. */
export interface CredentialPlan {
  /** The profile that the SDK reads, chosen or not; null: none is needed. */
  readonly profile: string | null;
  readonly links: readonly CredentialLink[];
}

/** How one profile gets credentials, in the order in which the SDK looks. */
export function profileMethod(section: ConfigSection): CredentialLink['kind'] | 'none' {
  if (section['role_arn'] && !section['source_profile'] !== !section['credential_source']) return 'assume-role';
  if (hasKeys(section)) return 'keys';
  if (section['web_identity_token_file'] && section['role_arn']) return 'web-identity';
  if (section['credential_process']) return 'process';
  const ssoSettings = ['sso_start_url', 'sso_account_id', 'sso_session', 'sso_region', 'sso_role_name'];
  if (ssoSettings.some((name) => section[name])) return 'sso';
  return section['login_session'] ? 'login' : 'none';
}

/**
 * Decides which link of the SDK's standard chain will be used. One and no other: should it fail, that is an error and
 * not a reason to try the next, so that no host is contacted that was not announced. Errors: BAD_INPUT.
 */
export function planCredentials(config: SharedConfig, chosenProfile: string | null): CredentialPlan {
  const profile = chosenProfile ?? defaultProfileName();
  if (chosenProfile === null) {
    const isProfileAsked = Boolean(process.env['AWS_PROFILE']);
    if (!isProfileAsked && process.env['AWS_ACCESS_KEY_ID'] && process.env['AWS_SECRET_ACCESS_KEY']) {
      return { profile: null, links: [{ kind: 'environment' }] };
    }
    const section = config.profiles.get(profile);
    if (!isProfileAsked && (!section || profileMethod(section) === 'none')) {
      return { profile: null, links: [planWithoutProfile()] };
    }
  }
  return { profile, links: planProfile(config, profile) };
}

/** Where the credentials come from, in words. */
export function describeCredentials({ profile, links }: CredentialPlan): string {
  const words = links.map(describeLink).join(', with ');
  return profile === null ? words : `profile “${profile}”: ${words}`;
}

function describeLink(link: CredentialLink): string {
  switch (link.kind) {
    case 'environment':
      return 'environment variables';
    case 'keys':
      return 'access keys of the AWS config files';
    case 'assume-role':
      return `role ${link.roleArn}${link.mfaSerial === null ? '' : ' (an MFA code is asked for)'}`;
    case 'web-identity':
      return `role ${link.roleArn} by a web identity token`;
    case 'process':
      return 'the credential_process command';
    case 'sso':
      return `IAM Identity Center (${link.startUrl})`;
    case 'login':
      return 'the session of “aws login”';
    case 'container':
      return 'the container’s role';
    case 'instance':
      return 'the role of this EC2 instance';
  }
}

function planWithoutProfile(): CredentialLink {
  const { env } = process;
  if (env['AWS_WEB_IDENTITY_TOKEN_FILE'] && env['AWS_ROLE_ARN']) {
    return { kind: 'web-identity', profile: null, roleArn: env['AWS_ROLE_ARN'] };
  }
  return planContainer() ?? planInstance();
}

function planContainer(): CredentialLink | null {
  const relative = process.env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const url = relative ? `http://169.254.170.2${relative}` : process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  return url ? { kind: 'container', url } : null;
}

function planInstance(): CredentialLink {
  const disabled = process.env['AWS_EC2_METADATA_DISABLED'];
  if (disabled && disabled !== 'false') {
    throw badInput(
      'There are no AWS credentials: no access key in the environment, no usable default profile, and instance roles are switched off (AWS_EC2_METADATA_DISABLED). Choose a profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  }
  return { kind: 'instance' };
}

function planProfile(config: SharedConfig, start: string): CredentialLink[] {
  const links: CredentialLink[] = [];
  const visited = new Set<string>();
  for (let profile = start; ;) {
    const section = config.profiles.get(profile);
    if (!section) {
      const named = profile === start ? '' : ` (named by profile “${start}”)`;
      throw badInput(
        `There is no profile “${profile}”${named} in ${config.configPath} or ${config.credentialsPath}: choose another, or add it with “aws configure --profile ${profile}”.`,
      );
    }
    if (visited.size > 0 && hasKeys(section)) return [...links, { kind: 'keys', profile }];
    const isSourceOnly = visited.size > 0 && !section['role_arn'] && section['credential_source'];
    if (profileMethod(section) !== 'assume-role' && !isSourceOnly) {
      return [...links, planSource(config, profile, section)];
    }
    if (!isSourceOnly) {
      links.push({
        kind: 'assume-role',
        profile,
        roleArn: section['role_arn'] ?? '',
        mfaSerial: section['mfa_serial'] ?? null,
      });
    }
    const source = section['source_profile'];
    if (isSourceOnly || source === undefined) return [...links, planCredentialSource(profile, section)];
    if (visited.has(source)) {
      throw badInput(`The profiles ${[...visited].join(', ')} name each other as source_profile: correct one of them.`);
    }
    visited.add(source);
    profile = source;
  }
}

function planSource(config: SharedConfig, profile: string, section: ConfigSection): CredentialLink {
  switch (profileMethod(section)) {
    case 'keys':
      return { kind: 'keys', profile };
    case 'web-identity':
      return { kind: 'web-identity', profile, roleArn: section['role_arn'] ?? '' };
    case 'process':
      return { kind: 'process', profile };
    case 'sso':
      return planSso(config, profile, section);
    case 'login':
      return { kind: 'login', profile, session: section['login_session'] ?? '' };
    default:
      throw badInput(
        `The profile “${profile}” has no way to get credentials: give it access keys, a role, or a sign-in with “aws configure sso --profile ${profile}”.`,
      );
  }
}

function planCredentialSource(profile: string, section: ConfigSection): CredentialLink {
  switch (section['credential_source']) {
    case 'Environment':
      return { kind: 'environment' };
    case 'Ec2InstanceMetadata':
      return { kind: 'instance' };
    case 'EcsContainer': {
      const container = planContainer();
      if (container) return container;
      throw badInput(
        `The profile “${profile}” takes its credentials from a container, but this is none (AWS_CONTAINER_CREDENTIALS_… is not set): choose another profile.`,
      );
    }
    default:
      throw badInput(
        `The credential_source of profile “${profile}” should be Environment, Ec2InstanceMetadata or EcsContainer: correct it in the AWS config file.`,
      );
  }
}

function planSso(config: SharedConfig, profile: string, section: ConfigSection): SsoLink {
  const session = section['sso_session'] ?? null;
  const settings = session === null ? section : config.ssoSessions.get(session);
  const startUrl = settings?.['sso_start_url'];
  const region = settings?.['sso_region'];
  if (!startUrl || !region || !section['sso_account_id'] || !section['sso_role_name']) {
    throw badInput(
      `The profile “${profile}” is incomplete: a sign-in by IAM Identity Center needs sso_start_url, sso_region, sso_account_id and sso_role_name. Set it up with “aws configure sso --profile ${profile}”.`,
    );
  }
  const scopes = (settings?.['sso_registration_scopes'] ?? 'sso:account:access').split(/[\s,]+/).filter(Boolean);
  return { kind: 'sso', profile, session, startUrl, region, scopes };
}

function hasKeys(section: ConfigSection): boolean {
  return section['aws_access_key_id'] !== undefined && section['aws_secret_access_key'] !== undefined;
}

function badInput(sentence: string): TrailbenchError {
  return new TrailbenchError('BAD_INPUT', sentence);
}
