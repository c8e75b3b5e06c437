import { artifactUser, intruderUser } from '#engine/sample/company.ts';

/** What a starter promises on the sample case: every event of `steps` is a row of it that leads to the event. */
export interface Claim {
  readonly starter: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly steps: readonly string[];
  /** The claim is only about events of these names. */
  readonly eventNames?: readonly string[];
  /** Cells that list everything of a kind for later cells to choose from: no hits of their own. */
  readonly basis?: readonly string[];
  /** Look-alikes and background that it shows, too; each kind is explained in its text. */
  readonly mostFalsePositives: number;
}

export const claims: readonly Claim[] = [
  {
    starter: 'first-hour-triage',
    steps: ['S03', 'S04', 'S11', 'S12', 'S24'],
    mostFalsePositives: 9,
  },
  { starter: 'compromised-access-key', steps: ['S01'], mostFalsePositives: 10 },
  {
    starter: 'compromised-access-key',
    parameters: { accessKeyId: artifactUser.keyId },
    steps: ['S01', 'S02', 'S03', 'S04', 'S05'],
    mostFalsePositives: 160,
  },
  {
    starter: 'compromised-access-key',
    parameters: { accessKeyId: intruderUser.keyId },
    steps: ['S12', 'S16', 'S19', 'S20', 'S21', 'S22', 'S23', 'S24'],
    mostFalsePositives: 5,
  },
  { starter: 'console-sign-ins-and-root-use', steps: ['S15', 'S17'], basis: ['sign_ins'], mostFalsePositives: 3 },
  { starter: 'iam-privilege-escalation', steps: ['S03'], mostFalsePositives: 10 },
  { starter: 'persistence', steps: ['S04', 'S11', 'S12', 'S13', 'S14'], mostFalsePositives: 10 },
  { starter: 'logging-tampered-with', steps: ['S09', 'S10'], mostFalsePositives: 5 },
  { starter: 's3-exfiltration-and-ransom', steps: ['S19', 'S21', 'S22', 'S23'], mostFalsePositives: 0 },
  { starter: 'snapshot-and-ami-sharing', steps: ['S17', 'S18'], mostFalsePositives: 1 },
  { starter: 'network-changes', steps: ['S09', 'S20'], eventNames: ['DeleteFlowLogs', 'CreateSecurityGroup', 'AuthorizeSecurityGroupIngress'], mostFalsePositives: 22 },
  { starter: 'sts-role-chains', steps: ['S06', 'S07', 'S08', 'S09', 'S10', 'S11', 'S12', 'S13'], basis: ['issued'], mostFalsePositives: 5 },
  {
    starter: 'sts-role-chains',
    parameters: { accessKeyId: artifactUser.keyId },
    steps: ['S01', 'S02', 'S03', 'S04', 'S05', 'S06', 'S07', 'S08', 'S09', 'S10', 'S11', 'S12', 'S13'],
    basis: ['issued'],
    mostFalsePositives: 130,
  },
  { starter: 'redshift-and-rds-changes', steps: ['S18'], eventNames: ['CreateDBSnapshot', 'CopyDBSnapshot', 'ModifyDBSnapshotAttribute'], mostFalsePositives: 0 },
  { starter: 'secrets-and-parameters', steps: ['S16'], mostFalsePositives: 0 },
  { starter: 'unusual-regions-user-agents-and-errors', steps: ['S02', 'S20'], mostFalsePositives: 1 },
  {
    starter: 'cis-aws-foundations-monitoring',
    steps: ['S03', 'S09', 'S10', 'S11', 'S13', 'S15', 'S20', 'S21', 'S24'],
    eventNames: ['AttachUserPolicy', 'PutUserPolicy', 'CreatePolicyVersion', 'AttachRolePolicy', 'StopLogging', 'DeleteTrail', 'StopConfigurationRecorder', 'ConsoleLogin', 'CreateSecurityGroup', 'AuthorizeSecurityGroupIngress', 'PutBucketLifecycle', 'LeaveOrganization'],
    mostFalsePositives: 290,
  },
]; // prettier-ignore
