import { parse } from 'csv-parse/sync';

const headerPattern =
  /^\uFEFF?"?(User name|Event name|Event time|eventversion|useridentity|eventtime|eventid|eventjson)"?\s*,/i;

/** True if the text begins like the console's “Event history” CSV or a CloudTrail Lake query result. */
export function looksLikeCsv(head: string): boolean {
  const line = head.split(/\r?\n/, 1)[0]!;
  return headerPattern.test(line) && /event ?(name|time|id|source|json)/i.test(line);
}

/** Column heads of the console's CSV → CloudTrail's field names. */
const consoleFields: Record<string, string> = {
  'event time': 'eventTime',
  'event source': 'eventSource',
  'event name': 'eventName',
  'aws region': 'awsRegion',
  'source ip address': 'sourceIPAddress',
  'user agent': 'userAgent',
  'error code': 'errorCode',
  'error message': 'errorMessage',
  'request id': 'requestID',
  'event id': 'eventID',
  'read-only': 'readOnly',
  'event type': 'eventType',
  'recipient account id': 'recipientAccountId',
  'event category': 'eventCategory',
};

const lakeFields = new Map(
  [
    'eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage requestID eventID readOnly eventType',
    'recipientAccountId eventCategory eventVersion apiVersion managementEvent sharedEventID vpcEndpointId vpcEndpointAccountId',
    'sessionCredentialFromConsole',
  ]
    .join(' ')
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
);

export interface CsvRecords {
  readonly shape: 'Event history CSV' | 'CloudTrail Lake CSV';
  /** Each row as the JSON text of a record; what has no CloudTrail name keeps the column's own. */
  readonly records: readonly string[];
  /** True if a spreadsheet re-saved the file: digits of accounts and times are lost. */
  readonly isLossy: boolean;
}

/**
 * Reads the console's “Event history” download, or a CloudTrail Lake result, as records. Values stay the text they are:
 * Lake writes maps as `{key=value}`, which can't be read back without guessing. Throws if the text is not CSV.
 */
export function csvRecords(text: string): CsvRecords {
  const rows: Record<string, string>[] = parse(text, { bom: true, columns: true, relax_column_count: true });
  const heads = Object.keys(rows[0] ?? {});
  const isConsole = heads.some((head) => head.toLowerCase() === 'event name');
  // FALSE, 5.28758E+11: a spreadsheet's way to write false and a 12-digit account id.
  const isLossy = rows.some((row) => Object.values(row).some((value) => /^(TRUE|FALSE|\d\.\d+E\+\d+)$/.test(value)));
  const records = rows.map((row) => (isConsole ? consoleRecord(row) : lakeRecord(row)));
  return { shape: isConsole ? 'Event history CSV' : 'CloudTrail Lake CSV', records, isLossy };
}

function consoleRecord(row: Record<string, string>): string {
  const record: Record<string, unknown> = {};
  const userIdentity: Record<string, string> = {};
  for (const [head, value] of Object.entries(row)) {
    if (value === '') continue;
    const lower = head.toLowerCase();
    const field = consoleFields[lower];
    if (lower === 'user name') userIdentity['userName'] = value;
    else if (lower === 'aws access key') userIdentity['accessKeyId'] = value;
    else if (field === 'readOnly' && (value === 'true' || value === 'false')) record[field] = value === 'true';
    else record[field ?? head] = value;
  }
  if (Object.keys(userIdentity).length > 0) record['userIdentity'] = userIdentity;
  return JSON.stringify(record);
}

function lakeRecord(row: Record<string, string>): string {
  const whole = row['eventjson'] ?? row['eventJson'];
  if (whole?.trimStart().startsWith('{')) return whole;
  const record: Record<string, unknown> = {};
  for (const [head, value] of Object.entries(row)) {
    if (value === '') continue;
    const field = lakeFields.get(head.toLowerCase());
    const isBoolean = (field === 'readOnly' || field === 'managementEvent') && (value === 'true' || value === 'false');
    record[field ?? head] = isBoolean ? value === 'true' : value;
  }
  return JSON.stringify(record);
}
