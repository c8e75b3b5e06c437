import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  fetchEventHistory,
  type EventHistoryOptions,
  type HistoryProblem,
} from '#engine/acquisition/event-history/fetch-event-history.ts';
import type { HistoryFile } from '#engine/acquisition/event-history/fetch-region.ts';
import { openAwsClients } from '#engine/acquisition/access/aws-clients.ts';
import type { AwsClients } from '#engine/acquisition/access/s3-session.ts';
import { Prompts } from '#engine/acquisition/prompts.ts';
import { realClock } from '#engine/jobs/clock.ts';
import { PauseGate } from '#engine/jobs/pause-gate.ts';
import { event } from '../support/log-files.ts';
import { temporaryCase, type TemporaryCase } from '../support/temporary-case.ts';
import { clientsFor, testKeys } from './support/cloudtrail-clients.ts';
import {
  startCloudTrailServer,
  type CloudTrailData,
  type CloudTrailServer,
  type FakeRequest,
  type HistoryEvent,
} from './support/cloudtrail-server.ts';
import { JumpingClock } from './support/jumping-clock.ts';

const today = '2024-08-20';
const noon = `${today}T12:00:00Z`;
const accountId = '123456789012';
const caller = { accountId, userId: 'AIDAEXAMPLE', arn: `arn:aws:iam::${accountId}:user/ann`, ...testKeys };

let folder: string;
let clock: JumpingClock;
let server: CloudTrailServer | null = null;
let clients: AwsClients | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbench-history-'));
  clock = new JumpingClock(noon);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  clients?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** An event at an instant, its record as odd as records get. */
function eventAt(instant: string, fields: Record<string, unknown> = {}): HistoryEvent {
  const eventId = randomUUID();
  const record = JSON.stringify(event({ eventID: eventId, eventTime: instant, ...fields }));
  return { eventId, epochSeconds: Date.parse(instant) / 1000, eventName: 'ListBuckets', record };
}

const eventsOn = (day: string, count: number): HistoryEvent[] =>
  Array.from({ length: count }, (_, index) =>
    eventAt(new Date(Date.parse(`${day}T00:10:00Z`) + index * 7000).toISOString().replace('.000', '')),
  );

async function start(data: Partial<CloudTrailData>): Promise<CloudTrailServer> {
  server = await startCloudTrailServer({ ...caller, nowMs: () => clock.now().getTime(), ...data });
  clients = clientsFor(server.url);
  return server;
}

interface Fetched {
  readonly files: { readonly day: string; readonly name: string; readonly isNew: boolean; readonly events: number }[];
  readonly problems: HistoryProblem[];
  readonly result: Awaited<ReturnType<typeof fetchEventHistory>>;
}

async function fetchHistory(
  request: { regions?: string[]; from?: string | null; to?: string | null } = {},
  options: Partial<EventHistoryOptions> = {},
): Promise<Fetched> {
  const files: Fetched['files'] = [];
  const problems: HistoryProblem[] = [];
  clock.advance(1000);
  const result = await fetchEventHistory(
    clients!,
    { regions: ['eu-central-1'], from: null, to: null, ...request },
    {
      ...{ folder, accountId, clock, now: clock.now },
      signal: new AbortController().signal,
      gate: new PauseGate(),
      onFile: ({ day, path, events }: HistoryFile, isNew) =>
        void files.push({ day, name: path.slice(folder.length + 1), isNew, events }),
      onProblem: (problem) => void problems.push(problem),
      onProgress: () => undefined,
      ...options,
    },
  );
  return { files, problems, result };
}

/** Event ids in a file, and the records' texts. */
async function idsIn(name: string): Promise<{ ids: string[]; records: string[] }> {
  const { Events } = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
    Events: { EventId: string; EventTime: string; CloudTrailEvent: string }[];
  };
  return { ids: Events.map(({ EventId }) => EventId), records: Events.map((one) => one.CloudTrailEvent) };
}

const coverageOf = async (region: string) =>
  JSON.parse(await readFile(join(folder, region, 'coverage.json'), 'utf8')) as {
    windows: { day: string; events: number; pages: number; isComplete: boolean; fileName: string | null; startAt: string; endAt: string; reason: string | null }[];
  }; // prettier-ignore

const lookups = (requests: readonly FakeRequest[]) => requests.filter(({ action }) => action === 'LookupEvents');
const dayOf = ({ input }: FakeRequest) => new Date(Number(input['StartTime']) * 1000).toISOString().slice(0, 10);
const sorted = (texts: Iterable<string>) => [...texts].sort();

test('ninety days of a region: every event once, a file for each day that has some, never more than two requests a second', async () => {
  const history = [
    ...eventsOn('2024-05-25', 1),
    ...eventsOn('2024-07-01', 230),
    ...eventsOn('2024-07-03', 50),
    ...eventsOn(today, 51),
  ];
  const { requests } = await start({ history: { 'eu-central-1': history } });
  const { files, problems, result } = await fetchHistory();
  expect(problems).toEqual([]);
  expect(files.map(({ day, events }) => [day, events])).toEqual([
    ['2024-05-25', 1],
    ['2024-07-01', 230],
    ['2024-07-03', 50],
    [today, 51],
  ]);
  const found = await Promise.all(files.map(({ name }) => idsIn(name)));
  expect(sorted(found.flatMap(({ ids }) => ids))).toEqual(sorted(history.map(({ eventId }) => eventId)));
  expect(sorted(found.flatMap(({ records }) => records))).toEqual(sorted(history.map(({ record }) => record)));
  expect(server!.throttled).toBe(0);
  // 91 days touch the last 90 × 24 hours: one request for each, and the further pages.
  expect(lookups(requests)).toHaveLength(91 + 4 + 1);
  expect(result).toMatchObject({ files: 4, events: 332, requests: 96, daysDone: 91, daysTotal: 91, notes: [] });
  expect(lookups(requests).every(({ input }) => input['MaxResults'] === 50)).toBe(true);

  const { windows } = await coverageOf('eu-central-1');
  expect(windows).toHaveLength(91);
  expect(windows.filter(({ isComplete, events }) => isComplete && events === 0)).toHaveLength(87);
  expect(windows.find(({ day }) => day === '2024-07-01')).toMatchObject({
    pages: 5,
    events: 230,
    fileName: '2024-07-01.json',
  });
  expect(windows.at(-1)).toMatchObject({ day: today, startAt: `${today}T00:00:00.000Z` });
  expect(sorted(await readdir(join(folder, 'eu-central-1')))).toEqual(
    sorted(['coverage.json', '2024-05-25.json', '2024-07-01.json', '2024-07-03.json', `${today}.json`]),
  );
});

test('at midnight nothing is missed', async () => {
  const history = ['2024-08-01T23:59:59Z', '2024-08-02T00:00:00Z', '2024-08-02T00:00:01Z', '2024-08-02T23:59:59Z'].map(
    (instant) => eventAt(instant),
  );
  await start({ history: { 'eu-central-1': history } });
  const { files } = await fetchHistory({ from: '2024-08-01', to: '2024-08-02' });
  const [first, second] = await Promise.all(files.map(({ name }) => idsIn(name)));
  const ids = history.map(({ eventId }) => eventId);
  expect(sorted(first!.ids)).toEqual(sorted([ids[0]!, ids[1]!]));
  expect(sorted(second!.ids)).toEqual(sorted([ids[1]!, ids[2]!, ids[3]!]));
});

test('a second fetch asks for what is not settled only, and keeps both versions of a day that grew', async () => {
  const grown: HistoryEvent[] = [...eventsOn('2024-08-18', 3), ...eventsOn(today, 60)];
  const { requests } = await start({ history: { 'eu-central-1': grown } });
  const range = { from: '2024-08-15' };
  await fetchHistory(range);
  const asked = lookups(requests).length;
  const again = await fetchHistory(range);
  expect(lookups(requests).slice(asked).map(dayOf)).toEqual([today, today]);
  expect(again.files).toEqual([
    { day: '2024-08-18', name: 'eu-central-1/2024-08-18.json', isNew: false, events: 3 },
    { day: today, name: `eu-central-1/${today}.json`, isNew: false, events: 60 },
  ]);
  grown.push(eventAt(`${today}T11:59:59Z`));
  const third = await fetchHistory(range);
  expect(third.files.at(-1)).toEqual({ day: today, name: `eu-central-1/${today}%=2.json`, isNew: true, events: 61 });
  grown.push(eventAt(`${today}T11:59:58Z`));
  const fourth = await fetchHistory(range);
  expect(fourth.files.at(-1)?.name).toBe(`eu-central-1/${today}%=3.json`);
  expect((await idsIn(`eu-central-1/${today}.json`)).ids).toHaveLength(60);
  // A while after its end a day is settled as well.
  clock.advance(15 * 3_600_000);
  await fetchHistory({ from: '2024-08-15', to: today });
  const beforeLast = lookups(requests).length;
  await fetchHistory({ from: '2024-08-15', to: today });
  expect(lookups(requests)).toHaveLength(beforeLast);
});

test('a day whose file is gone or altered is asked for again', async () => {
  const { requests } = await start({
    history: { 'eu-central-1': [...eventsOn('2024-08-01', 2), ...eventsOn('2024-08-02', 2)] },
  });
  const range = { from: '2024-08-01', to: '2024-08-03' };
  await fetchHistory(range);
  await rm(join(folder, 'eu-central-1/2024-08-01.json'));
  await writeFile(join(folder, 'eu-central-1/2024-08-02.json'), '{"Events":[]}');
  const asked = lookups(requests).length;
  const { files } = await fetchHistory(range);
  expect(lookups(requests).slice(asked).map(dayOf)).toEqual(['2024-08-01', '2024-08-02']);
  expect(files.map(({ name, isNew }) => [name, isNew])).toEqual([
    ['eu-central-1/2024-08-01.json', true],
    ['eu-central-1/2024-08-02%=2.json', true],
  ]);
  // Killed before the coverage was written: asked for again, and the same content stays one file.
  await rm(join(folder, 'eu-central-1/coverage.json'));
  await writeFile(join(folder, 'eu-central-1/2024-08-01.json.part'), '{"Events":[');
  const afterKill = await fetchHistory(range);
  expect(lookups(requests)).toHaveLength(asked + 2 + 3);
  expect(afterKill.files.map(({ name, isNew }) => [name, isNew])).toEqual([
    ['eu-central-1/2024-08-01.json', false],
    ['eu-central-1/2024-08-02%=2.json', false],
  ]);
  expect((await readdir(join(folder, 'eu-central-1'))).filter((name) => name.endsWith('.part'))).toEqual([]);
  // Another account's days are not this one's.
  await fetchHistory(range, { accountId: '999999999999' });
  expect(lookups(requests)).toHaveLength(asked + 2 + 3 + 3);
});

test('a denied and a region that is not enabled are problems; the others go on', async () => {
  // By the real clock: the regions' paces are their own.
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const history = { 'eu-central-1': eventsOn(yesterday, 170), 'us-east-1': eventsOn(yesterday, 120) };
  const { requests } = await start({
    history,
    nowMs: Date.now,
    fault: ({ region }) =>
      region === 'eu-west-1'
        ? { code: 'AccessDeniedException', message: `User: ${caller.arn} is not authorized to perform: cloudtrail:LookupEvents` }
        : region === 'af-south-1'
          ? { code: 'UnrecognizedClientException', message: 'The security token included in the request is invalid.' }
          : undefined,
  }); // prettier-ignore
  const regions = ['eu-west-1', 'eu-central-1', 'af-south-1', 'us-east-1', 'Nowhere!', 'us-east-1'];
  const { files, problems, result } = await fetchHistory(
    { regions, from: yesterday, to: yesterday },
    { now: () => new Date(), clock: realClock },
  );
  expect(sorted(files.map(({ name, events }) => `${name} ${events}`))).toEqual([
    `eu-central-1/${yesterday}.json 170`,
    `us-east-1/${yesterday}.json 120`,
  ]);
  for (const region of ['eu-central-1', 'us-east-1'] as const) {
    const { ids } = await idsIn(`${region}/${yesterday}.json`);
    expect(sorted(ids)).toEqual(sorted(history[region].map(({ eventId }) => eventId)));
  }
  expect(result.daysDone).toBe(5);
  expect(problems.map(({ key }) => key.split('/')[0]).sort()).toEqual(['Nowhere!', 'af-south-1', 'eu-west-1']);
  const denied = problems.find(({ key }) => key.startsWith('eu-west-1'))!;
  expect(denied).toMatchObject({ action: 'cloudtrail:LookupEvents', code: 'AccessDeniedException', versionId: null });
  expect(denied.reason).toContain('cloudtrail:LookupEvents');
  expect(problems.find(({ key }) => key.startsWith('af-south-1'))!.reason).toContain(
    'the account has not enabled af-south-1',
  );
  expect(requests.some(({ region }) => region === 'Nowhere!')).toBe(false);
});

test('a region is given up at a denial, and its coverage says so', async () => {
  const { requests } = await start({ fault: () => ({ code: 'AccessDeniedException', message: 'no' }) });
  const { problems, result } = await fetchHistory({ from: '2024-08-01', to: '2024-08-10' });
  expect(lookups(requests)).toHaveLength(1);
  expect(problems).toHaveLength(1);
  expect(problems[0]!.key).toBe('eu-central-1/2024-08-01');
  expect(problems[0]!.reason).toContain('9 further days of eu-central-1 were not asked for');
  expect(result.daysDone).toBe(10);
  const { windows } = await coverageOf('eu-central-1');
  expect(windows).toMatchObject([{ day: '2024-08-01', isComplete: false, fileName: null }]);
});

test('an expired token starts the day over, throttling and dropped connections are waited out: every event once', async () => {
  const history = [...eventsOn('2024-08-01', 160), ...eventsOn('2024-08-02', 60)];
  const faults: Record<number, 'drop' | { code: string; message: string }> = {
    2: { code: 'ThrottlingException', message: 'Rate exceeded' },
    4: { code: 'InvalidNextTokenException', message: 'Invalid token.' },
    6: 'drop',
  };
  let number = 0;
  await start({ history: { 'eu-central-1': history }, fault: () => faults[++number] });
  const { files, problems, result } = await fetchHistory({ from: '2024-08-01', to: '2024-08-02' });
  expect(problems).toEqual([]);
  const found = await Promise.all(files.map(({ name }) => idsIn(name)));
  expect(found.flatMap(({ ids }) => ids)).toHaveLength(220);
  expect(sorted(found.flatMap(({ ids }) => ids))).toEqual(sorted(history.map(({ eventId }) => eventId)));
  expect(result.events).toBe(220);
  expect(server!.throttled).toBe(0);
});

test('tokens that never last are a problem of that day', async () => {
  const history = [...eventsOn('2024-08-01', 60), ...eventsOn('2024-08-02', 1)];
  await start({
    history: { 'eu-central-1': history },
    fault: ({ input }) => (input['NextToken'] ? { code: 'InvalidNextTokenException', message: 'Invalid token.' } : undefined),
  }); // prettier-ignore
  const { files, problems } = await fetchHistory({ from: '2024-08-01', to: '2024-08-02' });
  expect(problems).toMatchObject([{ key: 'eu-central-1/2024-08-01', code: 'InvalidNextTokenException' }]);
  expect(files.map(({ day }) => day)).toEqual(['2024-08-02']);
  expect((await readdir(join(folder, 'eu-central-1'))).sort()).toEqual(['2024-08-02.json', 'coverage.json']);
});

test('more than 90 days are clipped with a note, also where CloudTrail refuses an older start', async () => {
  const oldest = new Date(Date.parse(noon) - 90 * 86_400_000).getTime() / 1000;
  const kept = eventAt('2024-05-22T12:30:00Z');
  const { requests } = await start({
    history: { 'eu-central-1': [kept] },
    fault: ({ input }) =>
      Number(input['StartTime']) < oldest
        ? { code: 'InvalidTimeRangeException', message: 'The time range is outside the range of possible values.' }
        : undefined,
  });
  const { files, problems, result } = await fetchHistory({ from: '2024-01-01', to: '2024-05-23' });
  expect(problems).toEqual([]);
  expect(result.notes).toHaveLength(1);
  expect(result.notes[0]).toContain('2024-01-01 to 2024-05-21 can’t be had');
  expect(files).toMatchObject([{ day: '2024-05-22', events: 1 }]);
  const starts = lookups(requests).map(({ input }) => new Date(Number(input['StartTime']) * 1000).toISOString());
  expect(starts).toEqual(['2024-05-22T00:00:00.000Z', expect.stringContaining('2024-05-22T12:00:0'), '2024-05-23T00:00:00.000Z']);
}); // prettier-ignore

test('cancelled between pages: whole days stay, the begun one leaves nothing, and a later fetch completes it', async () => {
  const history = [...eventsOn('2024-08-01', 3), ...eventsOn('2024-08-02', 500)];
  const { requests } = await start({ history: { 'eu-central-1': history } });
  const range = { from: '2024-08-01', to: '2024-08-03' };
  const abort = new AbortController();
  const onProgress = ({ events }: { events: number }): void => {
    if (events > 200) abort.abort(new Error('cancelled by the person'));
  };
  await expect(fetchHistory(range, { signal: abort.signal, onProgress })).rejects.toThrow('cancelled by the person');
  expect((await readdir(join(folder, 'eu-central-1'))).sort()).toEqual(['2024-08-01.json', 'coverage.json']);
  const { files } = await fetchHistory(range);
  expect(files.map(({ day, isNew }) => [day, isNew])).toEqual([
    ['2024-08-01', false],
    ['2024-08-02', true],
  ]);
  expect((await idsIn('eu-central-1/2024-08-02.json')).ids).toHaveLength(500);
  expect(lookups(requests).filter((request) => dayOf(request) === '2024-08-01')).toHaveLength(1);
});

test('paused: no page is asked for until it goes on', async () => {
  const { requests } = await start({ history: { 'eu-central-1': eventsOn('2024-08-01', 120) } });
  const gate = new PauseGate();
  let atPause = -1;
  const running = fetchHistory(
    { from: '2024-08-01', to: '2024-08-01' },
    {
      gate,
      onProgress: ({ events }) => {
        if (events !== 50) return;
        gate.close();
        atPause = requests.length;
        setTimeout(() => {
          expect(requests).toHaveLength(atPause);
          gate.open();
        }, 200);
      },
    },
  );
  const { result } = await running;
  expect(atPause).toBe(1);
  expect(result.events).toBe(120);
});

test('through the clients of a source: other readers of the history take half of the rate', async () => {
  const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  const history = { 'eu-central-1': eventsOn(yesterday, 230), 'us-east-1': eventsOn(yesterday, 70) };
  let number = 0;
  const { url, requests } = await start({
    history,
    nowMs: Date.now,
    fault: () => (number++ % 2 === 0 ? { code: 'ThrottlingException', message: 'Rate exceeded' } : undefined),
  });
  vi.stubEnv('AWS_ACCESS_KEY_ID', testKeys.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', testKeys.secretAccessKey);
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'none'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'));
  const environment = { signal: new AbortController().signal, concurrency: 2, log: () => undefined };
  const prompts = new Prompts(() => undefined);
  clients = await openAwsClients({ profile: null, endpointUrl: url }, { ...environment, prompts });
  const { files, problems, result } = await fetchHistory(
    { regions: Object.keys(history), from: yesterday, to: yesterday },
    { now: () => new Date(), clock: realClock },
  );
  expect(problems).toEqual([]);
  expect(sorted(files.map(({ name, events }) => `${name} ${events}`))).toEqual([
    `eu-central-1/${yesterday}.json 230`,
    `us-east-1/${yesterday}.json 70`,
  ]);
  expect(result.requests).toBe(requests.length);
  expect(clients.traffic.retries).toBeGreaterThan(0);
});

test('without an endpoint of CloudTrail nothing is asked', async () => {
  clients = clientsFor(null);
  const { problems } = await fetchHistory();
  expect(problems).toMatchObject([{ key: 'eu-central-1', code: 'NotAsked' }]);
});

let testCase: TemporaryCase;
beforeAll(async () => void (testCase = await temporaryCase()));
afterAll(() => testCase.remove());

test('the import reads the days: the events of a shared midnight once, each record as it was delivered', async () => {
  const history = [
    eventAt('2024-08-02T00:00:00Z', { note: 'é😀 \ud800 = "quoted" \\ \n', requestParameters: { limit: 12345678901234567890n.toString() } }),
    eventAt('2024-08-01T10:00:00Z', { awsRegion: 'eu-central-1' }),
    ...eventsOn('2024-08-02', 75),
  ]; // prettier-ignore
  await start({ history: { 'eu-central-1': history } });
  const { files } = await fetchHistory({ from: '2024-08-01', to: '2024-08-02' });
  const summary = await testCase.import(files.map(({ name }) => join(folder, name)));
  expect(summary.records).toMatchObject({ read: 78, stored: 77, duplicate: 1, rejected: 0 });
  const rows = await testCase.rows('SELECT eventID::VARCHAR AS id FROM events');
  expect(sorted(rows.map(({ id }) => String(id)))).toEqual(sorted(history.map(({ eventId }) => eventId)));
});
