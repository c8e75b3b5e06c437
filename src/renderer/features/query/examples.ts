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
