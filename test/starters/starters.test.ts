import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSample, type SampleTruth } from '#engine/sample/generate-sample.ts';
import { artifactUser, intruderUser } from '#engine/sample/company.ts';
import { cellsOf } from '#shared/notebook/parse-notebook.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';
import { claims } from './claims.ts';
import { eventPlaces, readStarter, runStarter, starterNames, type CellRun } from './starters.ts';

const realData = join(import.meta.dirname, '../../../shared/data/real');
const truthFile = join(import.meta.dirname, '../../resources/sample/truth.json');
const truth = JSON.parse(readFileSync(truthFile, 'utf8')) as SampleTruth;
const stepOfEvent = new Map(truth.steps.flatMap((step) => step.eventIDs.map((id) => [id, step.id] as const)));

describe('every starter', () => {
  it('is one of the fourteen, in the library and in the claims', () => {
    expect(starterNames).toHaveLength(14);
    expect([...new Set(claims.map((claim) => claim.starter))].toSorted()).toEqual(starterNames);
  });

  it.each(starterNames)('%s parses, is described, and its links lead to starters', (name) => {
    const notebook = readStarter(name);
    const cells = cellsOf(notebook);
    expect(notebook.problems).toEqual([]);
    expect(cells.flatMap((cell) => cell.problems)).toEqual([]);
    expect([notebook.title, notebook.description].every(Boolean) && notebook.tags.length > 0).toBe(true);
    expect(cells.length).toBeGreaterThanOrEqual(5);
    expect(cells.filter((cell) => !/\bORDER BY\b/.test(cell.sql) && cell.view !== 'value')).toEqual([]);
    const links = [...notebook.text.matchAll(/\]\(([^)]+)\.md\)/g)].map(([, target]) => target);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((target) => !starterNames.includes(target ?? ''))).toEqual([]);
  });
});

describe('on an empty case', () => {
  let empty: TemporaryCase;
  beforeAll(async () => void (empty = await temporaryCase()));
  afterAll(() => empty.remove());

  it.each(starterNames)('%s runs clean', async (name) => {
    expect(problemsOf(await runStarter(empty.openCase, readStarter(name)))).toEqual([]);
  });
});

describe('on the sample case', () => {
  let sample: TemporaryCase;
  /** eventID by place, eventName by eventID. */
  let eventIds: ReadonlyMap<string, string>;
  let eventNames: ReadonlyMap<string, string>;
  const runs = new Map<string, readonly CellRun[]>();

  beforeAll(async () => {
    sample = await temporaryCase();
    const logs = join(sample.folder, 'logs');
    await mkdir(logs);
    await generateSample(logs);
    await sample.import([logs]);
    const rows = await sample.rows(`SELECT fileId || '/' || recordIndex AS place, CAST(eventID AS VARCHAR) AS id, eventName AS name FROM events`);
    eventIds = new Map(rows.map((row) => [String(row['place']), String(row['id'])]));
    eventNames = new Map(rows.map((row) => [String(row['id']), String(row['name'])]));
    for (const { starter, parameters = {} } of claims) {
      const key = JSON.stringify([starter, parameters]);
      if (!runs.has(key)) runs.set(key, await runStarter(sample.openCase, readStarter(starter), parameters));
    }
  }, 240_000); // prettier-ignore
  afterAll(() => sample.remove());

  const hitsOf = (claim: (typeof claims)[number]): ReadonlySet<string> => {
    const found = (runs.get(JSON.stringify([claim.starter, claim.parameters ?? {}])) ?? []).filter(
      ({ cell }) => !claim.basis?.includes(cell.name ?? ''),
    );
    return new Set([...eventPlaces(found)].map((place) => eventIds.get(place) ?? place));
  };

  it('runs clean, whatever the parameters', () => {
    expect([...runs].flatMap(([key, cells]) => problemsOf(cells).map((problem) => `${key} ${problem}`))).toEqual([]);
  });

  it.each(claims.map((claim) => [labelOf(claim), claim] as const))('%s tells its steps', (_label, claim) => {
    const hits = hitsOf(claim);
    const missed = claim.steps.flatMap((id) => {
      const step = truth.steps.find((candidate) => candidate.id === id);
      const isMeant = (eventId: string) => claim.eventNames?.includes(eventNames.get(eventId) ?? '') ?? true;
      return (
        step?.eventIDs
          .filter(isMeant)
          .filter((eventId) => !hits.has(eventId))
          .map((eventId) => `${id} ${eventId}`) ?? [id]
      );
    });
    expect(missed).toEqual([]);
  });

  it('tells every step of the intrusion without a hint, by all starters together', () => {
    const hits = new Set(claims.filter((claim) => !claim.parameters).flatMap((claim) => [...hitsOf(claim)]));
    const partly = truth.steps.map((step) => [step.id, step.eventIDs.filter((id) => !hits.has(id)).length] as const);
    expect(partly.filter(([, missed]) => missed > 0)).toEqual(stepsToldInPart);
  });

  it('prints recall and false positives of each', () => {
    console.table(
      Object.fromEntries(
        claims.map((claim) => {
          const hits = [...hitsOf(claim)];
          const told = hits.filter((id) => stepOfEvent.has(id));
          const falsePositives = hits.length - told.length;
          const row = { events: hits.length, ofTheIntrusion: told.length, falsePositives, steps: recallText(told) };
          return [labelOf(claim), row];
        }),
      ),
    );
    for (const claim of claims) {
      const falsePositives = [...hitsOf(claim)].filter((id) => !stepOfEvent.has(id)).length;
      expect(falsePositives, labelOf(claim)).toBeLessThanOrEqual(claim.mostFalsePositives);
    }
  });

  it('leads from no key to the leaked one', async () => {
    const cells = runs.get(JSON.stringify(['compromised-access-key', {}])) ?? [];
    const first = cells.find((run) => run.cell.name === 'long_term_keys');
    const keyAt = first?.columns.indexOf('accessKeyId') ?? -1;
    expect(first?.rows.map((row) => row[keyAt])).toEqual([artifactUser.keyId, intruderUser.keyId]);
  });

  it('puts the chain from the key to break-glass-admin together', () => {
    const cells = runs.get(JSON.stringify(['sts-role-chains', {}])) ?? [];
    const chains = cells.find((run) => run.cell.name === 'chains');
    const pathAt = chains?.columns.indexOf('path') ?? -1;
    expect([...new Set(chains?.rows.map((row) => row[pathAt]))]).toEqual([
      'svc-artifact-sync → cicd-deployer',
      'svc-artifact-sync → cicd-deployer → production-deploy',
      'svc-artifact-sync → cicd-deployer → production-deploy → break-glass-admin',
    ]);
  });
});

describe.skipIf(!existsSync(realData))('on real logs', () => {
  let real: TemporaryCase;

  beforeAll(async () => {
    real = await temporaryCase();
    const sets = ['invictus-ir_aws_dataset', 'stratus-red-team', 'traildiscover', 'panther-analysis/split', 'splunk-security-content', 'cloudgoat-event-history', 'plaso']; // prettier-ignore
    const { records } = await real.import(sets.map((set) => join(realData, set)));
    expect(records.stored).toBeGreaterThan(3000);
  }, 120_000);
  afterAll(() => real.remove());

  it.each(starterNames)('%s runs clean on every shape that people share', async (name) => {
    expect(problemsOf(await runStarter(real.openCase, readStarter(name)))).toEqual([]);
  });
});

/** One listing of the artifacts’ bucket among the reads of IAM: only the key’s own events tell it. */
const stepsToldInPart = [['S05', 1]];

function problemsOf(runs: readonly CellRun[]): readonly string[] {
  return runs.flatMap(({ cell, problem }) => (problem === null ? [] : `${cell.name ?? cell.view}: ${problem}`));
}

function labelOf({ starter, parameters }: (typeof claims)[number]): string {
  return parameters ? `${starter} ${Object.entries(parameters).map((pair) => pair.join('=')).join(' ')}` : starter; // prettier-ignore
}

/** `S01 2/2 …`: how many events of each step are among those told. */
function recallText(told: readonly string[]): string {
  return truth.steps
    .map((step) => [step, told.filter((id) => stepOfEvent.get(id) === step.id).length] as const)
    .filter(([, count]) => count > 0)
    .map(([step, count]) => `${step.id} ${count}/${step.eventIDs.length}`)
    .join(', ');
}
