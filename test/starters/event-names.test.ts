import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, describe, expect, it } from 'vitest';
import { cellsOf } from '#shared/notebook/parse-notebook.ts';
import { eventNameLiterals, type EventNameLiteral } from './event-name-literals.ts';
import { readStarter, starterNames } from './starters.ts';

const file = join(import.meta.dirname, '../../resources/event-names/event-names.json');
const { services } = JSON.parse(readFileSync(file, 'utf8')) as {
  services: Record<string, Partial<Record<'seen' | 'documented' | 'action', string>>>;
};
const known = new Map(
  Object.entries(services).map(([eventSource, lists]) => [
    eventSource,
    new Set(Object.values(lists).flatMap((list) => list.split(' '))),
  ]),
);

/** Why no event could ever have it; null if one can. */
function problemOf({ name, how, eventSources }: EventNameLiteral): string | null {
  const sources = eventSources.length > 0 ? eventSources : [...known.keys()];
  const unknown = eventSources.filter((eventSource) => !known.has(eventSource));
  if (unknown.length > 0) return `${unknown.join()} is no service`;
  const pattern = new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%', '.*')}$`);
  const matches = (candidate: string) =>
    how === 'equal' ? candidate === name : how === 'prefix' ? candidate.startsWith(name) : pattern.test(candidate);
  const isKnown = sources.some((eventSource) => [...(known.get(eventSource) ?? [])].some(matches));
  return isKnown ? null : `${eventSources.join() || 'any service'} has no event ${name}`;
}

const connection = await (await DuckDBInstance.create()).connect();
afterAll(() => connection.disconnectSync());

describe('event names of the starters', () => {
  it.each(starterNames)('%s asks for events that exist', async (name) => {
    const literals: EventNameLiteral[] = [];
    for (const cell of cellsOf(readStarter(name))) {
      literals.push(...(await eventNameLiterals(connection, cell.sql)));
    }
    expect(literals.length).toBeGreaterThan(0);
    expect(literals.flatMap((literal) => problemOf(literal) ?? [])).toEqual([]);
  });

  it('counts enough of them for the check to mean something', async () => {
    const names = new Set<string>();
    for (const starter of starterNames) {
      for (const cell of cellsOf(readStarter(starter))) {
        for (const literal of await eventNameLiterals(connection, cell.sql)) names.add(literal.name);
      }
    }
    console.log(`${names.size} event names in ${starterNames.length} starters`);
    expect(names.size).toBeGreaterThan(250);
  });
});

describe('the check itself', () => {
  it.each([
    ["SELECT * FROM events WHERE eventName = 'StopLoging'", 'any service has no event StopLoging'],
    [
      "SELECT * FROM events AS e WHERE e.eventSource = 'iam.amazonaws.com' AND e.outcome = 'success' AND e.eventName IN ('CreateUser', 'CreateBucket')",
      'iam.amazonaws.com has no event CreateBucket',
    ],
    [
      "SELECT 1 FROM events JOIN (VALUES ('s3.amazonaws.com', 'PutBucketLifecycleConfiguration')) AS v(eventSource, eventName) USING (eventSource, eventName)",
      's3.amazonaws.com has no event PutBucketLifecycleConfiguration',
    ],
    [
      "SELECT * FROM events WHERE (eventSource = 'lambda.amazonaws.com' AND eventName = 'ListFunctions') OR eventName = 'CreateUser'",
      'lambda.amazonaws.com has no event ListFunctions',
    ],
    ["SELECT CASE eventName WHEN 'StopLoggin' THEN 1 END FROM events", 'any service has no event StopLoggin'],
    ["SELECT count(*) FILTER (eventName LIKE 'Assume_Rol%X') FROM events", 'any service has no event Assume_Rol%X'],
    ["SELECT * FROM events WHERE starts_with(eventName, 'Lizt')", 'any service has no event Lizt'],
    ["SELECT * FROM events WHERE eventSource = 'cloudwatsh.amazonaws.com' AND eventName = 'DeleteAlarms'", 'cloudwatsh.amazonaws.com is no service'],
    ["WITH a AS (SELECT * FROM events WHERE eventName = 'NoSuchThing') SELECT * FROM a", 'any service has no event NoSuchThing'],
  ])('catches a name that is none: %s', async (sql, problem) => {
    const literals = await eventNameLiterals(connection, sql);
    expect(literals.flatMap((literal) => problemOf(literal) ?? [])).toEqual([problem]);
  }); // prettier-ignore

  it('takes names that events have though no API is called so', async () => {
    const sql = "SELECT * FROM events WHERE eventName IN ('ConsoleLogin', 'UpdateFunctionCode20150331v2', 'ListObjects', 'SharedSnapshotCopyInitiated', 'PutBucketLifecycle')"; // prettier-ignore
    expect((await eventNameLiterals(connection, sql)).map(problemOf)).toEqual([null, null, null, null, null]);
  });
});
