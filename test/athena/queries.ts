/**
 * Queries in Athena's dialect, in the shape of those that AWS's documentation and public incident playbooks publish.
 * `count-athena.py` has a function of the same name for each, which counts from the original files.
 */
export interface AthenaQuery {
  readonly name: string;
  /** Where queries of this shape are published. */
  readonly source: string;
  readonly sql: string;
}

const awsGuide = 'Athena User Guide, “Example queries for CloudTrail logs” and “Tips for querying CloudTrail logs”';
const awsPlaybooks = 'aws-samples/aws-incident-response-playbooks';
const workshop = 'AWS incident response workshop, “Unauthorized IAM credential use”';
const easttimor = 'easttimor/aws-incident-response';
const invictus = 'Invictus IR, CloudTrail cheat sheets for Athena';
const expel = 'Expel, “Following the CloudTrail”, and Wiz, queries for responders';
const repost = 'AWS re:Post knowledge center, CloudTrail in Athena';
const arrays = 'Athena User Guide, “Query arrays”';
const hunting = 'hunting queries of public repositories (detections in Athena SQL)';

const query = (name: string, source: string, sql: string): AthenaQuery => ({ name, source, sql });

export const athenaQueries: readonly AthenaQuery[] = [
  query(
    'first_template',
    awsGuide,
    `SELECT
 useridentity.arn,
 eventname,
 sourceipaddress,
 eventtime
FROM cloudtrail_logs
ORDER BY eventid
LIMIT 100;`,
  ),
  query(
    'anonymous_s3',
    awsGuide,
    `SELECT *
FROM (SELECT eventname, useridentity.accountid AS caller, sourceipaddress, requestparameters
  FROM cloudtrail_logs
  WHERE eventsource = 's3.amazonaws.com' AND eventname in ('GetObject') AND useridentity.accountid LIKE '%ANONYMOUS%' OR useridentity.type = 'AWSAccount')`,
  ),
  query(
    'calls_by_service_and_user',
    awsGuide,
    `select eventsource, "useridentity"."type", count(*) as TotalEvents
     from "default"."cloudtrail_logs_my-trail-bucket"
     group by eventsource, useridentity.type
     having count(*) >= 5
     order by TotalEvents desc, eventsource, 2`,
  ),
  query(
    'date_range_as_text',
    awsGuide,
    `SELECT count(*), min(eventtime), max(eventtime) FROM cloudtrail_logs
     WHERE eventtime >= '2026-03-05T00:00:00Z' and eventtime < '2026-03-06T00:00:00Z' OR eventtime BETWEEN '2023-07-10T12:00:00Z' AND '2023-07-10T13:00:00Z' or eventtime like '2021-08-0%'`,
  ),
  query(
    'console_logins',
    workshop,
    `SELECT eventid, useridentity.username, sourceipaddress, eventtime, additionaleventdata,
        json_extract_scalar(additionaleventdata, '$.MFAUsed') AS mfa,
        json_extract_scalar(responseelements, '$.ConsoleLogin') AS outcome
 FROM   default.cloudtrail_logs
 WHERE  eventname = 'ConsoleLogin'
        AND eventtime >= '2017-02-17T00:00:00Z';`,
  ),
  query(
    'console_without_mfa',
    workshop,
    `select count(*) from cloudtrail_logs
     where eventname = 'ConsoleLogin' and json_extract_scalar(additionaleventdata, '$.MFAUsed') = 'No'
       and json_extract_scalar(responseelements, '$["ConsoleLogin"]') <> 'Failure'`,
  ),
  query(
    'login_failures_per_hour',
    hunting,
    `WITH attempts AS (
  SELECT sourceipaddress, date_trunc('hour', from_iso8601_timestamp(eventtime)) AS hour,
    coalesce(useridentity.username, useridentity.arn, 'unknown') AS identity,
    json_extract_scalar(responseelements, '$.ConsoleLogin') AS outcome
  FROM cloudtrail_logs WHERE eventname = 'ConsoleLogin')
SELECT sourceipaddress, to_iso8601(hour) AS hour, count_if(outcome = 'Failure') AS failures, count_if(outcome = 'Success') AS successes,
  array_join(array_sort(array_agg(DISTINCT identity)), ',') AS identities
FROM attempts GROUP BY sourceipaddress, hour`,
  ),
  query(
    'access_key_use',
    awsPlaybooks,
    `SELECT useridentity.accesskeyid, useridentity.arn, min(eventtime) first_seen, max(eventtime) last_seen, count(*) calls
     FROM "AwsDataCatalog"."default"."cloudtrail_logs_aws-cloudtrail-logs-111122223333-abcdef12"
     WHERE useridentity.accesskeyid LIKE 'AKIA%' GROUP BY 1, 2 ORDER BY 5 DESC, 1`,
  ),
  query(
    'denied_by_caller',
    easttimor,
    `SELECT count (*) as TotalEvents, useridentity.arn, eventsource, eventname, errorCode
FROM cloudtrail_logs_pp
WHERE errorcode LIKE '%Denied%' or errorCode like '%Unauthorized%'
GROUP by eventsource, eventname, errorCode, useridentity.arn
ORDER by TotalEvents desc, eventname, errorcode, arn, eventsource`,
  ),
  query(
    'root_use',
    easttimor,
    `SELECT eventid, eventname, eventtime, sourceipaddress FROM cloudtrail_logs
     WHERE useridentity.sessioncontext.sessionissuer.type = 'Root' OR userIdentity.type = 'Root' AND NOT eventtype = 'AwsServiceEvent'`,
  ),
  query(
    'role_sessions',
    easttimor,
    `select useridentity.sessioncontext.sessionissuer.username as role,
       split_part(useridentity.principalid, ':', 2) as session, count(distinct sourceipaddress) ips
     from cloudtrail_logs where useridentity.type = 'AssumedRole'
     group by 1, 2 having count(distinct sourceipaddress) > 1`,
  ),
  query(
    'mfa_attribute',
    invictus,
    `SELECT useridentity.sessioncontext.attributes.mfaauthenticated AS mfa, count(*) c
     FROM cloudtrail_logs GROUP BY useridentity.sessioncontext.attributes.mfaauthenticated ORDER BY mfa NULLS FIRST`,
  ),
  query(
    'first_resource',
    awsGuide,
    `SELECT resources[1].arn AS first_arn, resources[1][3] AS first_type, element_at(resources, -1).type AS last_type, count(*)
     FROM cloudtrail_logs WHERE cardinality(resources) > 0 GROUP BY 1, 2, 3`,
  ),
  query(
    'resources_as_rows',
    hunting,
    `SELECT r.type, count(*) AS record_count, count(distinct r.arn), count(r.accountid)
     FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS t (r)
     WHERE from_iso8601_timestamp(eventtime) >= timestamp '2000-01-01 00:00:00 UTC'
     GROUP BY r.type ORDER BY record_count DESC, 1`,
  ),
  query(
    'resources_as_columns',
    arrays,
    `SELECT eventname, n, arn, account, kind FROM cloudtrail_logs
     CROSS JOIN UNNEST(resources) WITH ORDINALITY AS r (arn, account, kind, n)
     WHERE kind = 'AWS::S3::Bucket' AND eventname <> 'GetObject' ORDER BY eventid, n LIMIT 200`,
  ),
  query(
    'resources_or_none',
    arrays,
    `SELECT count(*), count(r.arn), count_if(r IS NULL) FROM cloudtrail_logs c LEFT JOIN UNNEST(c.resources) AS t(r) ON true`,
  ),
  query(
    'resource_arns_by_action',
    hunting,
    `SELECT eventsource, eventname, cardinality(array_distinct(array_agg(r.arn))) AS arns, COUNT(*) AS invocation_count
     FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS t(r)
     WHERE date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ') BETWEEN parse_datetime('2001-01-01', 'yyyy-MM-dd') AND parse_datetime('2030-01-31', 'yyyy-MM-dd') + interval '1' day
       AND (errorcode IS NULL OR errorcode = '')
     GROUP BY eventsource, eventname`,
  ),
  query(
    'days_of_lake_format',
    repost,
    `SELECT date_format(date_parse(eventtime, '%Y-%m-%dT%TZ'), '%Y-%m-%d') AS day, count(*) FROM cloudtrail_logs
     WHERE date_parse(eventtime, '%Y-%m-%dT%TZ') between date '2020-01-01' and date '2026-03-08' GROUP BY 1 ORDER BY 1`,
  ),
  query(
    'hours_by_parse_datetime',
    repost,
    `SELECT hour(parse_datetime(eventtime, 'yyyy-MM-dd''T''HH:mm:ss''Z')) AS hour, count(*) FROM cloudtrail_logs
     WHERE parse_datetime(eventtime,'yyyy-MM-dd''T''HH:mm:ss''Z') BETWEEN parse_datetime('2020-04-20T00:00:00Z','yyyy-MM-dd''T''HH:mm:ss''Z') AND parse_datetime('2026-03-09-23:59:59','yyyy-MM-dd-HH:mm:ss')
     GROUP BY 1 ORDER BY count(*) DESC, 1`,
  ),
  query(
    'format_datetime_days',
    invictus,
    `SELECT format_datetime(parse_datetime(eventtime, 'YYYY-MM-dd''T''HH:mm:ssZ'), 'EEE, d MMM yyyy H:mm') AS shown, count(*)
     FROM cloudtrail_logs GROUP BY 1 HAVING count(*) > 20`,
  ),
  query(
    'local_days',
    expel,
    `SELECT cast(date(at_timezone(from_iso8601_timestamp(eventtime), 'America/New_York')) AS varchar) AS local_day,
       count(*) AS calls, count_if(hour(from_iso8601_timestamp(eventtime) AT TIME ZONE 'America/New_York') NOT BETWEEN 8 AND 18) AS at_night
     FROM cloudtrail_logs GROUP BY 1 ORDER BY 1`,
  ),
  query(
    'local_hours_shown',
    expel,
    `SELECT date_trunc('hour', at_timezone(from_iso8601_timestamp(eventtime), 'America/New_York')) AS local_hour, count(*)
     FROM cloudtrail_logs GROUP BY 1 ORDER BY 1 LIMIT 24`,
  ),
  query(
    'minutes_between_first_and_last',
    hunting,
    `SELECT useridentity.arn, date_diff('minute', min(from_iso8601_timestamp(eventtime)), max(from_iso8601_timestamp(eventtime))) AS minutes,
       date_diff('day', min(from_iso8601_timestamp(eventtime)), max(from_iso8601_timestamp(eventtime))) AS days,
       date_diff('hour', timestamp '2020-01-01 00:30:00', min(date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ'))) AS hours
     FROM cloudtrail_logs WHERE useridentity.arn IS NOT NULL GROUP BY useridentity.arn`,
  ),
  query(
    'last_days_of_now',
    awsPlaybooks,
    `SELECT count(*) FROM cloudtrail_logs
     WHERE from_iso8601_timestamp(eventtime) > date_add('day', -20000, now())
       AND from_iso8601_timestamp(eventtime) > current_timestamp - interval '600' month
       AND date(from_iso8601_timestamp(eventtime)) >= current_date - interval '20000' day`,
  ),
  query(
    'objects_read',
    awsPlaybooks,
    `SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket, count(*) AS calls,
       count(DISTINCT json_extract_scalar(requestparameters, '$.key')) AS objects, approx_distinct(sourceipaddress) AS ips
     FROM cloudtrail_logs WHERE eventsource = 's3.amazonaws.com' AND eventname = 'GetObject' GROUP BY 1 ORDER BY calls DESC, bucket`,
  ),
  query(
    'scalar_of_objects_is_null',
    awsGuide,
    `SELECT count(*), count(json_extract_scalar(requestparameters, '$')), count(json_extract(requestparameters, '$')),
       count(json_extract_scalar(responseelements, '$.credentials')), count(json_extract_scalar(responseelements, '$.credentials.accessKeyId')),
       count(json_extract_scalar(requestparameters, '$.filterSet.items[0].name')), count(json_extract(requestparameters, '$.instancesSet.items'))
     FROM cloudtrail_logs`,
  ),
  query(
    'security_groups_opened',
    easttimor,
    `SELECT eventid, json_extract_scalar(requestparameters, '$.groupId') AS group_id,
       json_extract_scalar(permission, '$.ipProtocol') AS protocol,
       try_cast(json_extract_scalar(permission, '$.fromPort') AS integer) AS port,
       json_array_length(json_extract(permission, '$.ipRanges.items')) AS ranges,
       json_extract_scalar(permission, '$.ipRanges.items[0].cidrIp') AS cidr
     FROM cloudtrail_logs
     CROSS JOIN UNNEST(CAST(json_extract(requestparameters, '$.ipPermissions.items') AS array(json))) AS t(permission)
     WHERE eventname LIKE 'AuthorizeSecurityGroup%gress'`,
  ),
  query(
    'instances_started',
    easttimor,
    `SELECT eventid, awsregion, json_extract_scalar(requestparameters, '$.instanceType') itype,
       transform(CAST(json_extract(responseelements, '$.instancesSet.items') AS array(row(instanceId varchar, imageid varchar))), i -> i.instanceid) AS instances
     FROM cloudtrail_logs WHERE eventname = 'RunInstances' AND errorcode IS NULL AND responseelements != 'null'`,
  ),
  query(
    'role_chains',
    expel,
    `with ad as (
  select json_extract_scalar(responseElements, '$.credentials.accessKeyId') AS new_key, useridentity.arn AS caller,
    json_extract_scalar(requestParameters, '$.roleArn') AS role, eventid
  from cloudtrail_logs where eventName = 'AssumeRole' AND errorcode IS NULL)
select ad.role, count(DISTINCT ad.eventid) AS sessions, count(c.eventid) AS calls
from ad join cloudtrail_logs c on c.useridentity.accesskeyid = ad.new_key
where ad.new_key is not null group by ad.role order by 3 desc, 1`,
  ),
  query(
    'role_name_by_pattern',
    invictus,
    `SELECT regexp_extract(useridentity.arn, 'assumed-role/([^/]+)/(.+)$', 1) AS role_name, count(*)
     FROM cloudtrail_logs WHERE regexp_like(useridentity.arn, 'assumed-role/.*') GROUP BY 1 ORDER BY 2 DESC, 1`,
  ),
  query(
    'reads_and_writes',
    hunting,
    `SELECT CASE WHEN regexp_like(eventname, '^(List|Describe|Get)') THEN 'reads' WHEN readonly = 'true' THEN 'other reads' ELSE 'writes' END AS kind,
       count(*), count(DISTINCT eventsource || ':' || eventname)
     FROM cloudtrail_logs GROUP BY 1`,
  ),
  query(
    'snake_case_names',
    hunting,
    `SELECT lower(regexp_replace(eventname, '([a-z])([A-Z])', '$1_$2')) AS name, count(*) FROM cloudtrail_logs
     GROUP BY lower(regexp_replace(eventname, '([a-z])([A-Z])', '$1_$2'))`,
  ),
  query(
    'permissions_used',
    hunting,
    `SELECT DISTINCT CONCAT(SPLIT_PART(eventsource, '.', 1),':',eventname) as permission FROM cloudtrail_logs
     WHERE regexp_like(useridentity.arn, 'role') AND NULLIF(errorcode, '') IS NULL`,
  ),
  query(
    'agents',
    expel,
    `SELECT split(useragent, ' ')[1] AS agent, count(*) c, strpos(useragent, 'cli') > 0 AS has_cli
     FROM cloudtrail_logs WHERE useragent IS NOT NULL GROUP BY split(useragent, ' ')[1], 3 ORDER BY 2 DESC, 1, 3 LIMIT 20`,
  ),
  query(
    'agents_position_and_substring',
    expel,
    `SELECT substr(useragent, 1, 7) a, substring(useragent from 2 for 3) b, position('/' IN useragent) p, length(trim(useragent)) n, count(*)
     FROM cloudtrail_logs GROUP BY 1, 2, 3, 4`,
  ),
  query(
    'spread_over_regions',
    invictus,
    `SELECT sourceipaddress, array_join(array_sort(array_agg(DISTINCT awsregion)), ', ') AS regions, count(*) AS n
     FROM cloudtrail_logs GROUP BY sourceipaddress HAVING cardinality(array_agg(DISTINCT awsregion)) > 1`,
  ),
  query(
    'contains_any_of',
    arrays,
    `SELECT count_if(contains(ARRAY['CreateUser', 'CreateAccessKey', 'AttachUserPolicy'], eventname)) AS a,
       count_if(any_match(resources, r -> r.type = 'AWS::S3::Bucket')) AS b,
       count_if(cardinality(filter(resources, r -> r.type LIKE '%Object')) > 0) AS c,
       sum(cardinality(resources)) AS d
     FROM cloudtrail_logs`,
  ),
  query(
    'rows_before',
    hunting,
    `SELECT eventid, eventname, lag(eventname) OVER w AS before, date_diff('second', lag(from_iso8601_timestamp(eventtime)) OVER w, from_iso8601_timestamp(eventtime)) AS seconds
     FROM cloudtrail_logs WHERE eventsource = 'iam.amazonaws.com' AND eventname NOT LIKE 'Get%' AND eventname NOT LIKE 'List%'
     WINDOW w AS (PARTITION BY useridentity.arn ORDER BY eventtime, eventid)`,
  ),
  query(
    'top_of_each_service',
    hunting,
    `SELECT eventsource, eventname, n, rn FROM (
  SELECT eventsource, eventname, count(*) AS n, row_number() OVER (PARTITION BY eventsource ORDER BY count(*) DESC, eventname) AS rn
  FROM cloudtrail_logs GROUP BY eventsource, eventname) ranked WHERE rn <= 2 ORDER BY eventsource, rn`,
  ),
  query(
    'running_total',
    hunting,
    `SELECT day, calls, sum(calls) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS total, rank() OVER (ORDER BY calls DESC) AS place
     FROM (SELECT substr(eventtime, 1, 10) AS day, count(*) AS calls FROM cloudtrail_logs GROUP BY substr(eventtime, 1, 10))`,
  ),
  query(
    'shares',
    hunting,
    `SELECT eventsource, count(*) * 100 / sum(count(*)) OVER () AS whole_percent, count(*) * 100.0 / sum(count(*)) OVER () AS percent,
       round(CAST(count_if(errorcode IS NOT NULL) AS double) / count(*), 4) AS failed
     FROM cloudtrail_logs GROUP BY eventsource ORDER BY count(*) DESC, 1`,
  ),
  query(
    'first_and_last_name',
    hunting,
    `SELECT sourceipaddress, min_by(eventname, eventtime || eventid) AS first_call, max_by(eventname, eventtime || eventid) AS last_call, arbitrary(substr(sourceipaddress, 1, 3)) AS prefix
     FROM cloudtrail_logs GROUP BY sourceipaddress`,
  ),
  query(
    'never_seen_before',
    expel,
    `SELECT DISTINCT eventname FROM cloudtrail_logs WHERE eventtime >= '2026-03-09' OR eventtime >= '2023-07-10T12:30:00Z' AND eventtime < '2024' OR eventtime BETWEEN '2021-08-03' AND '2022'
     EXCEPT
     SELECT eventname FROM cloudtrail_logs WHERE eventtime < '2026-03-09' AND eventtime >= '2024' OR eventtime < '2023-07-10T12:30:00Z' AND eventtime >= '2022' OR eventtime < '2021-08-03'
     ORDER BY 1`,
  ),
  query(
    'union_of_actors',
    expel,
    `(SELECT 'key' AS kind, useridentity.accesskeyid AS value FROM cloudtrail_logs WHERE errorcode = 'AccessDenied')
     UNION
     (SELECT 'ip', sourceipaddress FROM cloudtrail_logs WHERE errorcode = 'AccessDenied' AND sourceipaddress NOT LIKE '%.amazonaws.com')
     ORDER BY kind, value`,
  ),
  query(
    'in_a_subquery',
    awsPlaybooks,
    `SELECT eventname, count(*) c FROM cloudtrail_logs WHERE useridentity.accesskeyid IN (SELECT useridentity.accesskeyid FROM cloudtrail_logs WHERE errorcode IS NOT NULL)
     AND sourceipaddress NOT IN (SELECT sourceipaddress FROM cloudtrail_logs WHERE eventname = 'ConsoleLogin') GROUP BY eventname ORDER BY c DESC, eventname OFFSET 2 ROWS FETCH FIRST 10 ROWS ONLY`,
  ),
  query(
    'policies_urls',
    hunting,
    `SELECT url_extract_host(json_extract_scalar(additionaleventdata, '$.LoginTo')) AS host, url_extract_path(json_extract_scalar(additionaleventdata, '$.LoginTo')) AS path,
       url_extract_parameter(json_extract_scalar(additionaleventdata, '$.LoginTo'), 'isauthcode') AS code, count(*)
     FROM cloudtrail_logs WHERE eventname = 'ConsoleLogin' GROUP BY 1, 2, 3`,
  ),
  query(
    'bytes_out',
    repost,
    `SELECT useridentity.type AS caller, sum(CAST(json_extract_scalar(additionaleventdata, '$.bytesTransferredOut') AS double)) AS bytes
     FROM cloudtrail_logs WHERE additionaleventdata IS NOT NULL AND json_extract_scalar(additionaleventdata, '$.bytesTransferredOut') IS NOT NULL GROUP BY useridentity.type`,
  ),
  query(
    'tls',
    awsGuide,
    `SELECT tlsdetails.tlsversion, tlsDetails.cipherSuite, count(*) FROM cloudtrail_logs WHERE tlsdetails.tlsversion IS NOT NULL GROUP BY 1, 2 ORDER BY 3 DESC`,
  ),
  query(
    'partitions',
    'Athena User Guide, tables with partition projection and for organizations',
    `SELECT "timestamp", region, year, month, day, count(*) FROM cloudtrail_logs WHERE "timestamp" >= '2020/01/01' AND year IN ('2021', '2023', '2026') GROUP BY 1, 2, 3, 4, 5`,
  ),
  query(
    'rollup_of_errors',
    hunting,
    `SELECT awsregion, errorcode, count(*) FROM cloudtrail_logs WHERE errorcode IS NOT NULL GROUP BY ROLLUP (awsregion, errorcode)`,
  ),
  query(
    'weekdays',
    invictus,
    `SELECT day_of_week(from_iso8601_timestamp(eventtime)) AS dow, extract(hour FROM from_iso8601_timestamp(eventtime)) / 6 AS quarter_of_day, count(*),
       count_if(readonly = 'false'), count_if(managementevent = 'true'), max(year(from_iso8601_timestamp(eventtime)))
     FROM cloudtrail_logs GROUP BY 1, 2`,
  ),
  query(
    'keys_of_parameters',
    hunting,
    `SELECT k, count(*) FROM cloudtrail_logs CROSS JOIN UNNEST(map_keys(CAST(json_parse(requestparameters) AS map(varchar, json)))) AS t(k)
     WHERE requestparameters IS NOT NULL GROUP BY k`,
  ),
  query(
    'sequence_of_hours',
    hunting,
    `WITH hours AS (SELECT h FROM UNNEST(sequence(0, 23)) AS t(h))
     SELECT hours.h, count(c.eventid) FROM hours LEFT JOIN cloudtrail_logs c ON hour(from_iso8601_timestamp(c.eventtime)) = hours.h AND c.eventname = 'ConsoleLogin' GROUP BY hours.h ORDER BY 1`,
  ),
  query(
    'lake_style',
    'AWS CloudTrail User Guide, CloudTrail Lake sample queries',
    `SELECT eventSource, COUNT(*) AS apiCount FROM $EDS_ID WHERE eventTime > '2020-01-01 00:00:00' AND eventTime < '2026-03-07 00:00:00' AND readOnly = false GROUP BY eventSource ORDER BY apiCount DESC, 1 LIMIT 10`,
  ),
];
