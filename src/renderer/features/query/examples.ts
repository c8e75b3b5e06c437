export interface Example {
  readonly title: string;
  readonly sql: string;
}

/** Questions that any case can answer, to begin with. */
export const examples: readonly Example[] = [
  {
    title: 'Who was denied, and what did they try?',
    sql: `SELECT actor, eventName, count(*) AS attempts, min(eventTime) AS first, max(eventTime) AS last
FROM events
WHERE outcome = 'denied'
GROUP BY ALL
ORDER BY attempts DESC`,
  },
  {
    title: 'First use of each API call by each identity',
    sql: `SELECT actor, service, eventName, min(eventTime) AS first, count(*) AS calls
FROM events
WHERE NOT readOnly
GROUP BY ALL
ORDER BY first DESC`,
  },
  {
    title: 'Credentials that were created',
    sql: `SELECT eventTime, actor, eventName, sourceIPAddress, responseElements, fileId, recordIndex
FROM events
WHERE eventName IN ('CreateAccessKey', 'CreateLoginProfile', 'CreateUser', 'AssumeRole', 'GetFederationToken')
  AND outcome = 'success'
ORDER BY eventTime`,
  },
  {
    title: 'Addresses that signed with a key',
    sql: `SELECT accessKeyId, sourceIPAddress, any_value(userAgent) AS agent, count(*) AS calls, min(eventTime) AS first, max(eventTime) AS last
FROM events
WHERE accessKeyId = $access_key
GROUP BY ALL
ORDER BY first`,
  },
  {
    title: 'Files and what became of them',
    sql: `SELECT verdict, reason, count(*) AS files, sum(recordsRead) AS read, sum(recordsStored) AS stored, sum(recordsDuplicate) AS duplicate, sum(recordsRejected) AS rejected
FROM files
GROUP BY ALL
ORDER BY files DESC`,
  },
];

/** The same kind of questions as published queries ask them: in Athena's dialect, of its view. */
export const athenaExamples: readonly Example[] = [
  {
    title: 'Errors by identity',
    sql: `SELECT useridentity.arn, eventname, errorcode, count(*) AS attempts, min(eventtime) AS first, max(eventtime) AS last
FROM cloudtrail_logs
WHERE errorcode IS NOT NULL
GROUP BY useridentity.arn, eventname, errorcode
ORDER BY attempts DESC`,
  },
  {
    title: 'Console sign-ins, with and without MFA',
    sql: `SELECT eventtime, useridentity.arn, sourceipaddress,
  json_extract_scalar(additionaleventdata, '$.MFAUsed') AS mfa,
  json_extract_scalar(responseelements, '$.ConsoleLogin') AS outcome
FROM cloudtrail_logs
WHERE eventname = 'ConsoleLogin'
ORDER BY eventtime`,
  },
  {
    title: 'Who assumed which role',
    sql: `SELECT useridentity.arn AS caller, json_extract_scalar(requestparameters, '$.roleArn') AS role, count(*) AS times
FROM cloudtrail_logs
WHERE eventname = 'AssumeRole'
GROUP BY 1, 2
ORDER BY times DESC`,
  },
  {
    title: 'Calls an hour',
    sql: `SELECT date_trunc('hour', from_iso8601_timestamp(eventtime)) AS hour, count(*) AS calls
FROM cloudtrail_logs
GROUP BY 1
ORDER BY 1`,
  },
];
