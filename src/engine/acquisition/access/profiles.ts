import type { AwsProfile, AwsProfiles } from '#shared/api/acquisition.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import { describeCredentials, planCredentials, profileMethod } from './credential-plan.ts';
import { readSharedConfig, type ConfigSection, type SharedConfig } from './shared-config.ts';

/** Profiles of the shared AWS config files, without their secrets. Contacts nothing; reads the files anew. */
export async function listProfiles(): Promise<AwsProfiles> {
  const config = await readSharedConfig();
  return {
    profiles: [...config.profiles].map(([name, section]) => describeProfile(config, name, section)),
    defaultMethod: defaultMethod(config),
    configPath: config.configPath,
    credentialsPath: config.credentialsPath,
  };
}

function describeProfile(config: SharedConfig, name: string, section: ConfigSection): AwsProfile {
  const method = profileMethod(section);
  const session = section['sso_session'] === undefined ? section : config.ssoSessions.get(section['sso_session']);
  return {
    name,
    method: method as AwsProfile['method'],
    region: section['region'] ?? null,
    mfaSerial: method === 'assume-role' ? (section['mfa_serial'] ?? null) : null,
    roleArn: section['role_arn'] ?? null,
    ssoStartUrl: session?.['sso_start_url'] ?? null,
    endpointUrl: section['endpoint_url'] ?? null,
  };
}

function defaultMethod(config: SharedConfig): string {
  try {
    return describeCredentials(planCredentials(config, null));
  } catch (error) {
    if (error instanceof TrailbenchError) return error.message;
    throw error;
  }
}
