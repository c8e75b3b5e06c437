/** Values that some questions are asked with, taken from the case. */
export interface QuerySubjects {
  /** An access key of a session with some hundred events. */
  readonly accessKeyId: string;
  readonly eventID: string;
  /** The hour with the most events. */
  readonly hour: string;
}

/** One row each: finds the subjects. */
export const subjectsSql = `SELECT
  (SELECT accessKeyId FROM events WHERE accessKeyId IS NOT NULL GROUP BY ALL ORDER BY abs(count(*) - 150), accessKeyId LIMIT 1),
  (SELECT eventID::VARCHAR FROM events WHERE eventName = 'CreateAccessKey' ORDER BY eventTime LIMIT 1),
  (SELECT date_trunc('hour', eventTime)::VARCHAR FROM events GROUP BY ALL ORDER BY count(*) DESC, 1 LIMIT 1)`;

const facet = (column: string) =>
  `(SELECT list(facet) FROM (SELECT ${column}, count(*) AS events FROM events GROUP BY ALL ORDER BY events DESC LIMIT 20) AS facet)`;

/** What an investigator asks, and what it costs without any index. */
export function investigationQueries({ accessKeyId, eventID, hour }: QuerySubjects): Record<string, string> {
  return {
    'histogram by hour, failed S3 calls': `SELECT date_trunc('hour', eventTime) AS hour, count(*) FROM events WHERE eventSource = 's3.amazonaws.com' AND errorCode IS NOT NULL GROUP BY hour ORDER BY hour`,
    'histogram by hour, all': `SELECT date_trunc('hour', eventTime) AS hour, count(*) FROM events GROUP BY hour ORDER BY hour`,
    'top 20 eventName': `SELECT eventName, count(*) AS events FROM events GROUP BY eventName ORDER BY events DESC LIMIT 20`,
    '6 facets in one query': `SELECT ${['eventName', 'awsRegion', 'userIdentity.arn', 'sourceIPAddress', 'userAgent', 'errorCode'].map(facet).join(', ')}`,
    'one access key, all columns': `SELECT * FROM events WHERE accessKeyId = '${accessKeyId}' ORDER BY eventTime`,
    '1 h window, all columns, 1,000 rows': `SELECT * FROM events WHERE eventTime >= TIMESTAMP '${hour}' AND eventTime < TIMESTAMP '${hour}' + INTERVAL 1 HOUR ORDER BY eventTime LIMIT 1000`,
    'newest 100': `SELECT eventTime, eventName, eventSource, userIdentity.arn, sourceIPAddress, awsRegion, errorCode FROM events ORDER BY eventTime DESC LIMIT 100`,
    'filtered page of 100 by time': `SELECT eventID, eventTime, eventName, userIdentity.arn, sourceIPAddress FROM events WHERE userIdentity.arn ILIKE '%alice%' AND NOT readOnly ORDER BY eventTime LIMIT 100`,
    'by eventID': `SELECT * FROM events WHERE eventID = '${eventID}'`,
    'first seen (arn, eventName)': `SELECT userIdentity.arn, eventName, min(eventTime) FROM events WHERE userIdentity.arn IS NOT NULL GROUP BY ALL`,
    'contains() in requestParameters': `SELECT count(*) FROM events WHERE contains(requestParameters, 'tfstate')`,
    'ILIKE in requestParameters': `SELECT count(*) FROM events WHERE requestParameters ILIKE '%tfstate%'`,
    'regex in requestParameters': `SELECT count(*) FROM events WHERE regexp_matches(requestParameters, '0\\.0\\.0\\.0/0|AdministratorAccess')`,
    'ILIKE in 3 JSON columns and errorMessage': `SELECT count(*) FROM events WHERE ${['requestParameters', 'responseElements', 'additionalEventData', 'errorMessage'].map((column) => `${column} ILIKE '%AdministratorAccess%'`).join(' OR ')}`,
    'json_extract, group by bucket': `SELECT requestParameters ->> '$.bucketName' AS bucket, count(*) AS events FROM events WHERE eventSource = 's3.amazonaws.com' GROUP BY bucket ORDER BY events DESC LIMIT 20`,
    'AssumeRole chain join, 12 h': `WITH assumed AS (
        SELECT eventTime, responseElements ->> '$.credentials.accessKeyId' AS keyId, responseElements ->> '$.assumedRoleUser.arn' AS role
        FROM events WHERE eventName = 'AssumeRole' AND errorCode IS NULL)
      SELECT role, count(*) AS events, min(later.eventTime), count(DISTINCT later.eventName)
      FROM assumed JOIN events AS later ON later.accessKeyId = keyId
        AND later.eventTime BETWEEN assumed.eventTime AND assumed.eventTime + INTERVAL 12 HOUR
      GROUP BY role ORDER BY events DESC LIMIT 50`,
    'role chains, 5 deep': `WITH RECURSIVE assumed AS MATERIALIZED (
        SELECT accessKeyId, responseElements ->> '$.credentials.accessKeyId' AS keyId
        FROM events WHERE eventName = 'AssumeRole' AND accessKeyId IS NOT NULL AND errorCode IS NULL),
      chains AS (
        SELECT keyId, accessKeyId AS root, 1 AS depth FROM assumed WHERE accessKeyId LIKE 'AKIA%'
        UNION SELECT assumed.keyId, root, depth + 1 FROM assumed JOIN chains ON assumed.accessKeyId = chains.keyId WHERE depth < 5)
      SELECT depth, count(*) FROM chains GROUP BY depth`,
    '10 AccessDenied in 10 minutes': `SELECT arn, count(*) FROM (
        SELECT userIdentity.arn AS arn, count(*) OVER (
          PARTITION BY userIdentity.arn ORDER BY eventTime RANGE BETWEEN INTERVAL 10 MINUTE PRECEDING AND CURRENT ROW) AS denials
        FROM events WHERE errorCode = 'AccessDenied')
      WHERE denials >= 10 GROUP BY arn`,
  };
}
