import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsTable } from '#shared/tables/events.ts';
import { exactJson } from '../support/exact-json.ts';
import { importFiles, storedRecords } from '../support/log-files.ts';
import { randomJson, randomObject, randomString, Seeded } from '../support/random-json.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';

let testCase: TemporaryCase;
beforeAll(async () => void (testCase = await temporaryCase()));
afterAll(() => testCase.remove());

/** A record with every documented field, each now and then of a type or form that its column can't hold. */
function randomRecord(random: Seeded, index: number): string {
  const odd = (usual: () => string) => () => (random.chance(0.15) ? randomJson(random, 2) : usual());
  const text = odd(() => (random.chance(0.5) ? '"usual text of some length"' : randomString(random)));
  const json = () => randomJson(random);
  const boolean = odd(() => random.pick(['true', 'false', '"true"', '"FALSE"', '"maybe"', '1']));
  const object = (members: Record<string, () => string>) => odd(() => randomObject(random, members));
  const time = odd(() => random.pick(['"2024-08-01T13:33:28Z"', '"2025-03-26 16:43:57.000000000"', '"2024-08-01T13:33:28.999Z"', '"2024-08-01T15:33:28+02:00"', '"2024\\u002d08-01T13:33:28Z"', '"20xx-12-31T00:00:00Z"', '"2300-01-01T00:00:00.123456Z"'])); // prettier-ignore
  const element = odd(() => randomObject(random, { ARN: text, accountId: text, type: text, ARNPrefix: text }, 0.6));
  const resources = odd(() => `[${Array.from({ length: random.below(4) }, element).join(',')}]`);
  const issuer = { type: text, principalId: text, arn: text, accountId: text, userName: text };
  const attributes = odd(() => randomObject(random, { 'www.amazon.com:app_id': json, n: json, none: () => 'null' }));
  const sessionContext = object({
    attributes: object({ creationDate: text, mfaAuthenticated: boolean }),
    sessionIssuer: object(issuer),
    webIdFederationData: object({ federatedProvider: text, attributes }),
    ...{ sourceIdentity: text, ec2RoleDelivery: text, ec2IssuedInVpc: text, assumedRoot: text },
  });
  const userIdentity = object({
    ...{ ...issuer, accessKeyId: text, invokedBy: text, identityProvider: text, credentialId: text },
    onBehalfOf: object({ userId: text, identityStoreArn: text }),
    sessionContext,
  });
  const uuid = `"00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}"`;
  const eventID = () => random.pick([uuid, uuid, uuid.toUpperCase(), uuid.replace('-', '\\u002d'), 'null', `"id ${index}"`, `${index}.50`]); // prettier-ignore
  const known = randomObject(random, {
    ...{ eventID, eventTime: time, eventVersion: text, eventSource: text, sourceIPAddress: text, userAgent: text },
    ...{ errorCode: text, errorMessage: text, userIdentity, requestParameters: json, responseElements: json },
    ...{ additionalEventData: json, readOnly: boolean, resources, apiVersion: text, eventType: text },
    ...{ recipientAccountId: text, sharedEventID: text, vpcEndpointId: text, serviceEventDetails: json },
    ...{ managementEvent: boolean, eventCategory: text, addendum: json, sessionCredentialFromConsole: text },
    ...{ edgeDeviceDetails: json, vpcEndpointAccountId: text, eventContext: json },
    tlsDetails: object({ tlsVersion: text, cipherSuite: text, clientProvidedHostHeader: text, keyExchange: text }),
  });
  const name = random.pick(['"ListBuckets"', '"$["', '"$..a"', '"ConsoleLogin"', '"a/~b"', '"*"', '5', 'null']);
  return `{"eventName":${name},"requestID":"${index}","awsRegion":"x"${known === '{}' ? '' : ','}${known.slice(1)}`;
}

test('seeded records of every oddity come back equal by value, to the last digit', async () => {
  const random = new Seeded(7);
  const originals = Array.from({ length: 3000 }, (_, index) => randomRecord(random, index));
  const signIn = '"eventSource":"signin.amazonaws.com","responseElements":{"ConsoleLogin":"Failure"}';
  for (const name of ['$[', '$..a', '*', '/', 'ConsoleLogin']) {
    originals.push(`{"eventName":"${name}","requestID":"${originals.length}","awsRegion":"x",${signIn}}`);
  }
  const { summary } = await importFiles(testCase, { 'random.json': `{"Records":[${originals.join(',\n')}]}` });
  expect(summary.records).toMatchObject({ read: originals.length, rejected: 0 });
  const found = await storedRecords(testCase);
  // A few hit on the same odd eventID; their content differs, so each is kept whole.
  const copies = await testCase.rows('SELECT recordIndex, record FROM duplicates WHERE isConflict');
  expect(copies.length).toBeLessThan(20);
  for (const { recordIndex, record } of copies) {
    const kept = JSON.parse(String(record)) as Record<string, unknown>;
    const isText = Object.keys(kept).join() === '$original';
    found.push({ fileId: 0, recordIndex: Number(recordIndex), record: String(isText ? kept['$original'] : record) });
  }
  expect(found).toHaveLength(originals.length);
  for (const { recordIndex, record } of found) {
    expect(exactJson(record), originals[recordIndex]).toEqual(exactJson(originals[recordIndex]!));
  }
  expect(await testCase.rows("SELECT count(*)::INTEGER AS failed FROM events WHERE outcome = 'failure'")).not.toEqual([
    { failed: 0 },
  ]);
});

test('whatever was imported, DuckDB’s JSON functions can read every JSON column', async () => {
  const columns = eventsTable.columns.filter((column) => column.type === 'JSON').map((column) => `"${column.name}"`);
  columns.push('userIdentity.sessionContext.webIdFederationData.attributes');
  const invalid = columns.map((column) => `count(*) FILTER (NOT json_valid(${column}::VARCHAR))`).join(' + ');
  expect(await testCase.rows(`SELECT (${invalid})::INTEGER AS invalid FROM events`)).toEqual([{ invalid: 0 }]);
});
