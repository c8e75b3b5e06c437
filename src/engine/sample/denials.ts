import type { Call, Caller } from './records.ts';

/** The call, refused as the service concerned words it. */
export function accessDenied(caller: Caller, call: Call): Call {
  const who = String(caller.identity['arn'] ?? caller.identity['principalId']);
  const action = `${call.service}:${call.name.replace(/20\d{6}(v\d)?$/, '')}`;
  if (call.service === 'ec2') {
    const message = `You are not authorized to perform this operation. User: ${who} is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
    return { ...call, error: ['Client.UnauthorizedOperation', message] };
  }
  const code = jsonServices.has(call.service) ? 'AccessDeniedException' : 'AccessDenied';
  const message = `User: ${who} is not authorized to perform: ${action} on resource: * because no identity-based policy allows the ${action} action`;
  return { ...call, error: [code, message] };
}

const jsonServices = new Set([
  'secretsmanager',
  'kms',
  'logs',
  'lambda',
  'cloudtrail',
  'guardduty',
  'organizations',
  'ssm',
  'dynamodb',
  'ecr',
  'eks',
  'securityhub',
]);
