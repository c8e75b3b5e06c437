import { randomJson, randomString, type Seeded } from './random-json.ts';

const encoder = new TextEncoder();

type Members = [key: string, value: string][];

/** A sound record as its members' JSON text, in CloudTrail's own order; random where the format leaves things open. */
function soundMembers(random: Seeded): Members {
  const hex = (digits: number): string => Array.from({ length: digits }, () => random.below(16).toString(16)).join('');
  const identity: Members = [
    ['type', '"AssumedRole"'],
    ['arn', `"arn:aws:sts::111122223333:assumed-role/role-${random.below(9)}/session"`],
    ['accountId', '"111122223333"'],
    ['accessKeyId', `"ASIA${hex(16).toUpperCase()}"`],
    [
      'sessionContext',
      `{"sessionIssuer":{"type":"Role","userName":"role-${random.below(9)}"},"webIdFederationData":{},"attributes":{"creationDate":"2024-02-29T10:00:00Z","mfaAuthenticated":"false"}}`,
    ],
  ];
  const members: Members = [
    ['eventVersion', '"1.09"'],
    ['userIdentity', objectText(identity)],
    ['eventTime', `"2024-02-29T23:${10 + random.below(50)}:0${random.below(10)}Z"`],
    ['eventSource', '"s3.amazonaws.com"'],
    ['eventName', random.pick(['"GetObject"', '"PutObject"', '"ListBuckets"', '"DescribeInstances"'])],
    ['awsRegion', '"eu-central-1"'],
    [
      'sourceIPAddress',
      random.pick(['"198.51.100.7"', '"2001:db8::1"', '"AWS Internal"', '"ec2.amazonaws.com"', '"::1"']),
    ],
    ['userAgent', `"[aws-cli/2.1${'x'.repeat(random.below(30))}]"`],
    ['requestParameters', randomJson(random)],
    ['responseElements', random.chance(0.5) ? 'null' : randomJson(random)],
    ['requestID', `"${hex(16)}"`],
    ['eventID', `"${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}"`],
    ['readOnly', random.pick(['true', 'false'])],
    ['resources', '[{"ARN":"arn:aws:s3:::bucket","accountId":"111122223333","type":"AWS::S3::Bucket"}]'],
    ['eventType', '"AwsApiCall"'],
    ['managementEvent', 'true'],
    ['recipientAccountId', '"111122223333"'],
    ['tlsDetails', '{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256"}'],
  ];
  if (random.chance(0.3)) members.push(['somethingNew', randomJson(random)]);
  return members;
}

function objectText(members: Members): string {
  return `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`;
}

/** Values that some field or some parser stumbles over: JSON text, not all of it sound. */
export const oddValues = [
  'null', 'true', '"true"', '0', '-1.5e3', '1e400', '01', '1.', '.5', '-', '+1', 'NaN', 'tru', 'nulll', '[]', '{}', '""', '"x', '[1,]', '{"a":}', '{,}',
  '"\\u003d"', '"\\u0000"', '"\\u001f\\u0010\\u000b\\u007f"', '{"\\u001f":"\\u0010 \\u003c\\/"}', '"\\ud83d\\ude00"', '"\\ud800"', '"\\/"', '"\\x"', '"\\u00g0"', '"a\u0001b"', '"\u2028"', '"\ufeffmark"', '"\\ufeffmark"',
  '"elevenbytes"', '"twelve bytes"', '"thirteen byte"', '"2024-02-30T10:00:00Z"', '"2023-02-29T10:00:00Z"', '"2024-02-29T24:00:00Z"', '"2024-02-29T23:59:60Z"',
  '"2024-02-29T10:00:00.5Z"', '"2024-02-29T10:00:00+02:00"', '"0000-01-01T00:00:00Z"', '"1899-12-31T23:59:59Z"', '"1900-02-29T00:00:00Z"', '"9999-12-31T23:59:59Z"',
  '"1969-12-31T23:59:59Z"', '"2000-02-29T00:00:00Z"', '"AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE"', '"00000000-0000-0000-0000-000000000000"', '"not-a-uuid"',
  '"ffffffff-ffff-ffff-ffff-ffffffffffff"', '"01.2.3.4"', '"1.2.3"', '"1.2.3.256"', '"1.2.3.4.5"', '"255.255.255.255"', '"fe80::1%eth0"', '"::ffff:1.2.3.4"', '"::1::"',
  '"1:"', '"aws:s3"', '"\\u0061ws:s3"', '[{"ARN":"a","ARN":"b"}]', '[{"ARN":1}]', '[{"type":"t","extra":"x"}]', '[ { "ARN" : "a" } , {} ]', '{"attributes":{"x":1},"attributes":{}}',
  `${'['.repeat(199)}${']'.repeat(199)}`, `${'['.repeat(201)}${']'.repeat(201)}`, `${'{"a":'.repeat(63)}1${'}'.repeat(63)}`, `"${'long '.repeat(300)}"`,
]; // prettier-ignore

const kinds = {
  untouched: (members: Members) => objectText(members),
  'odd value': (members: Members, random: Seeded) => {
    random.pick(members)[1] = random.pick(oddValues);
    return objectText(members);
  },
  'random value': (members: Members, random: Seeded) => {
    random.pick(members)[1] = randomJson(random);
    return objectText(members);
  },
  'odd value in userIdentity': (members: Members, random: Seeded) => {
    const key = random.pick(['type', 'arn', 'accessKeyId', 'sessionContext', 'onBehalfOf', 'invokedBy', 'new']);
    const inner = `{"${key}":${random.pick(oddValues)},"userName":${randomString(random)}}`;
    members[1]![1] = random.chance(0.5) ? inner : `{"sessionContext":${inner},"type":"Root"}`;
    return objectText(members);
  },
  'key again': (members: Members, random: Seeded) => {
    members.splice(random.below(members.length), 0, [random.pick(members)[0], randomJson(random)]);
    return objectText(members);
  },
  'key left out': (members: Members, random: Seeded) => {
    members.splice(random.below(members.length), 1 + random.below(3));
    return objectText(members);
  },
  'other order': (members: Members, random: Seeded) => {
    for (let at = members.length - 1; at > 0; at--) {
      const other = random.below(at + 1);
      [members[at], members[other]] = [members[other]!, members[at]!];
    }
    return objectText(members);
  },
  'odd key': (members: Members, random: Seeded) => {
    const odd = [
      '',
      '$',
      '$original',
      '\\u0065ventName',
      'eventname',
      'event\\u004eame',
      '\\ud800',
      'k'.repeat(70_000),
      'EventName',
      'e',
    ];
    random.pick(members)[0] = random.pick(odd);
    return objectText(members);
  },
  'white space': (members: Members, random: Seeded) => {
    const space = (): string => random.pick(['', ' ', '\n', '\r\n\t', '    ', '\u000b', '\u00a0', '', '', '']);
    return `{${members.map(([key, value]) => `${space()}"${key}"${space()}:${space()}${value}${space()}`).join(',')}}`;
  },
  'other closing': (members: Members, random: Seeded) =>
    objectText(members).slice(0, -1) + random.pick(['', ',}', '}}', ']', '}]}', '"}', '},', ' }', '}\u0000', '} x']),
} as const;

const bytePieces = ['"', '\\', '{', '}', '[', ']', ',', ':', '\u0000', '\u001f', '\ufeff', '\\u', '\\ud800', '0', '-', 'e', ' ', 'null'].map((text) =>
  encoder.encode(text),
); // prettier-ignore
const badUtf8 = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0x80, 0x80, 0x80], [0x80]];

function damage(random: Seeded, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length);
  const before = bytes.subarray(0, at);
  switch (random.below(5)) {
    case 0: {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << random.below(8);
      return flipped;
    }
    case 1:
      return Buffer.concat([before, bytes.subarray(Math.min(bytes.length, at + 1 + random.below(20)))]);
    case 2:
      return Buffer.concat([before, random.pick(bytePieces), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([before, new Uint8Array(random.pick(badUtf8)), bytes.subarray(at)]);
    default:
      return Buffer.concat([before, bytes.subarray(Math.max(0, at - random.below(60)))]);
  }
}

export interface Mutant {
  readonly kind: string;
  /** The record's bytes. */
  readonly record: Uint8Array;
}

/** A record changed in one way that a hostile or broken source might. */
export function mutant(random: Seeded): Mutant {
  const members = soundMembers(random);
  if (random.chance(0.35))
    return { kind: 'damaged bytes', record: damage(random, encoder.encode(objectText(members))) };
  const [kind, change] = random.pick(Object.entries(kinds));
  return { kind, record: encoder.encode(change(members, random)) };
}

/** A sound record in which one field of the record, or of the object with that key, has this value. */
export function recordWith(
  random: Seeded,
  path: readonly [key: string] | readonly [object: string, key: string],
  value: string,
): Uint8Array {
  const [key, inner] = path;
  const text = inner === undefined ? value : `{"${inner}":${value}}`;
  const members = soundMembers(random).filter(([name]) => name !== key);
  members.splice(random.below(members.length), 0, [key, text]);
  return encoder.encode(objectText(members));
}

/** A log file of these records. */
export function logFile(records: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [encoder.encode('{"Records":[')];
  records.forEach((record, index) => parts.push(encoder.encode(index === 0 ? '' : ','), record));
  return Buffer.concat([...parts, encoder.encode(']}')]);
}
