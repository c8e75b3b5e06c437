import type { DuckDBConnection } from '@duckdb/node-api';
import type { Api, EventSortColumn } from '#shared/api/index.ts';
import { progress, withEngine, type BenchContext } from './bench-context.ts';
import type { ReportTable, Section } from './report.ts';
import { investigationQueries, subjectsSql } from './sql-queries.ts';
import { median } from './statistics.ts';

const repetitions = 5;

/** Questions to the case: as plain SQL on its database, then through the procedures that the page calls. */
export async function measureQueries(bench: BenchContext): Promise<Section> {
  return withEngine(bench, async ({ api, context }) => {
    const { eventCount } = await api.case.open({ path: bench.casePath });
    const events = eventCount.toLocaleString('en-US');
    progress('Queries …');
    const sql = await context.requireCase().withConnection((connection) => sqlTable(connection, events));
    progress('The product’s procedures …');
    return { name: 'queries', tables: [sql, await procedureTable(api, events)] };
  });
}

async function sqlTable(connection: DuckDBConnection, events: string): Promise<ReportTable> {
  const found = (await connection.runAndReadAll(subjectsSql)).getRows()[0] ?? [];
  const [accessKeyId = '', eventID = '00000000-0000-0000-0000-000000000000', hour = ''] = found.map((value) =>
    value?.toString(),
  );
  const rows: (string | number)[][] = [];
  for (const [name, sql] of Object.entries(investigationQueries({ accessKeyId, eventID, hour }))) {
    let rowCount = 0;
    const times = await timesOf(async () => {
      rowCount = (await connection.runAndReadAll(sql)).currentRowCount;
    });
    rows.push([name, median(times.warm), times.first, rowCount]);
  }
  return {
    title: `SQL on ${events} events in the case’s own database, results read whole`,
    columns: ['query', `median of ${repetitions}, ms`, 'first, ms', 'rows'],
    rows,
    notes: [],
  };
}

async function procedureTable(api: Api, events: string): Promise<ReportTable> {
  const rows: (string | number)[][] = [];
  const add = async (name: string, work: (repetition: number) => Promise<unknown>) => {
    const { first, warm } = await timesOf(work);
    rows.push([name, median(warm), first]);
  };
  const whole = await api.timeline.histogram({ view: {}, buckets: 400 });
  const spanMicros = whole.bucketMicros * whole.read.length;
  // Another range each time, as zooming asks for.
  const zoomed = (repetition: number) => {
    const fromMicros = whole.fromMicros + Math.floor(spanMicros * (0.1 + 0.1 * repetition));
    return { range: { fromMicros, toMicros: fromMicros + Math.floor(spanMicros / 10) } };
  };
  await add('timeline.histogram, whole case', () => api.timeline.histogram({ view: {}, buckets: 400 }));
  await add('timeline.histogram, a tenth of it, another each time', (repetition) =>
    api.timeline.histogram({ view: zoomed(repetition), buckets: 400 }),
  );
  await add('timeline.histogram, denied only', () =>
    api.timeline.histogram({ view: { kinds: ['denied'] }, buckets: 400 }),
  );

  const pageOf = (column: EventSortColumn, share: number) => async (repetition: number) => {
    const sort = { column, descending: false };
    const last = Math.max(0, total - 200);
    await api.timeline.events({
      view: {},
      sort,
      offset: Math.min(last, Math.floor(last * share) + 200 * repetition),
      limit: 200,
    });
  };
  const { total } = await api.timeline.events({ view: { kinds: [] }, offset: 0, limit: 1 });
  await add('timeline.events by time, first page of 200', () =>
    api.timeline.events({ view: {}, offset: 0, limit: 200 }),
  );
  await add('timeline.events by time, pages in the middle', pageOf('eventTime', 0.5));
  await add('timeline.events by time, last page', pageOf('eventTime', 1));
  await add('timeline.events of a new view, first page', (repetition) =>
    api.timeline.events({ view: zoomed(repetition), offset: 0, limit: 200 }),
  );
  await add('timeline.events by actor, pages in the middle', pageOf('actor', 0.5));
  await add('timeline.events by eventName, last page', pageOf('eventName', 1));
  await add('timeline.event, all fields and the record', async (repetition) => {
    const offset = Math.floor((total / 10) * repetition);
    const page = await api.timeline.events({ view: {}, offset, limit: 1 });
    const [row] = page.rows;
    if (row) await api.timeline.event({ fileId: row.fileId, recordIndex: row.recordIndex });
  });
  await addQueryRuns(api, add);
  return {
    title: `The product’s own procedures on ${events} events`,
    columns: ['procedure', `median of ${repetitions}, ms`, 'first, ms'],
    rows,
    notes: ['The first call makes what later ones find again: the time index of a view, the order of a column.'],
  };
}

async function addQueryRuns(
  api: Api,
  add: (name: string, work: (repetition: number) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const statements = {
    'query.run, top 20 eventName': 'SELECT eventName, count(*) AS n FROM events GROUP BY ALL ORDER BY n DESC LIMIT 20',
    'query.run, every denied call, 6 columns': `SELECT eventTime, actor, eventName, sourceIPAddress, awsRegion, errorCode FROM events WHERE outcome = 'denied' ORDER BY eventTime`,
    'query.run, SELECT * FROM events': 'SELECT * FROM events',
  };
  for (const [name, sql] of Object.entries(statements)) {
    await add(name, async () => {
      const { resultId } = await api.query.run({ sql });
      await api.query.release({ resultId });
    });
  }
  const { resultId, rowCount } = await api.query.run({ sql: 'SELECT * FROM events' });
  const window = (repetition: number) => ({ resultId, offset: Math.floor((rowCount / 7) * repetition), limit: 100 });
  await add('query.window of SELECT * FROM events, 100 rows anywhere', (repetition) =>
    api.query.window(window(repetition)),
  );
  await add('query.window, sorted by eventName, 100 rows anywhere', (repetition) =>
    api.query.window({ ...window(repetition), sort: [{ column: 2, descending: false }] }),
  );
  await api.query.release({ resultId });
}

/** Milliseconds of a first call and of the ones after it. */
async function timesOf(work: (repetition: number) => Promise<unknown>): Promise<{ first: number; warm: number[] }> {
  const times: number[] = [];
  for (let repetition = 0; repetition <= repetitions; repetition++) {
    const startedAt = performance.now();
    await work(repetition);
    times.push(performance.now() - startedAt);
  }
  const [first = Number.NaN, ...warm] = times;
  return { first, warm };
}
