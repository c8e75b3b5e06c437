import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cell, QueryResult } from '#shared/api/query.ts';
import { pinCase } from './pin-case.ts';

/** The hash as docs/notebooks.md describes it, in another language. */
const hashInPython = `
import hashlib, json, sys
dump = json.load(open(sys.argv[1], encoding='utf-8'))
hash = hashlib.sha256()
for line in [dump['columns']] + dump['rows']:
    hash.update(json.dumps(line, ensure_ascii=False, separators=(',', ':')).encode('utf-8') + b'\\n')
print(hash.hexdigest())
`;

/** A cell as text, as the page shows it. */
const shown = (cell: Cell): string | null => (cell === null ? null : String(cell));

async function hashElsewhere(folder: string, columns: QueryResult['columns'], rows: Cell[][]): Promise<string> {
  const path = join(folder, 'dump.json');
  const dump = { columns: columns.map(({ name, type }) => [name, type]), rows: rows.map((row) => row.map(shown)) };
  await writeFile(path, JSON.stringify(dump));
  return execFileSync('python3', ['-c', hashInPython, path], { encoding: 'utf8' }).trim();
}

const everyType = `SELECT * FROM (VALUES
    (9007199254740993, 1.10::DECIMAL(10, 2), TIMESTAMP '2024-01-01 00:00:00.123456', 10::INTEGER, true, 'NaN'::DOUBLE, DATE '2024-02-29'),
    (-1, -0.05, TIMESTAMP '1969-12-31 23:59:59', 9, false, 0.1, DATE '0044-03-15 (BC)'),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL)) AS plain(big, exact, time, small, flag, double, day),
  (VALUES ({'a': 'x"y', 'b c': [1, NULL]}, ['ü', NULL, ''], '{"a": 1.10, "a": 2}'::JSON, '\\x00\\xFF"'::BLOB, '00000000-0000-0000-0000-00000000000a'::UUID, INTERVAL '1 month 2 days 3.5 seconds', MAP {'k': 1}, 'a'::ENUM ('a', 'b''c'), row(1, 2)),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)) AS nested(struct, list, document, bytes, uuid, span, map, choice, tuple)`;

/** Control characters, quotes, escapes that are none, text that looks like SQL or JSON, characters beyond 16 bits. */
const hostileTexts = `SELECT i AS n, chr(i::INTEGER) || 'x' AS control, 'null' AS word, '' AS empty, 'a''b"c\\u0041\\n\\\\' AS quoted,
  '😀' || chr(8232) || chr(8233) || chr(127) || chr(65279) || chr(1114111) AS odd, '[1,{"a":null}]' AS json, '''); DROP TABLE events; --' AS sql, '  pad  ' AS "  na""me  "
  FROM range(1, 160) AS numbers(i) ORDER BY i`;

describe('the content hash', () => {
  test.for([
    ['every type', everyType],
    ['hostile text', hostileTexts],
    ['no row', `SELECT 1 AS a, 'x' AS b WHERE false`],
    ['columns of one name', `SELECT 1 AS a, 2 AS a, 3 AS "rowNumber", 4 AS rownumber, 5 AS "change"`],
    ['many rows', `SELECT i, repeat('y', (i % 50)::INTEGER) AS text FROM range(12345) AS numbers(i) ORDER BY i DESC`],
    ['large cells', `SELECT i, repeat(chr((97 + i)::INTEGER), 1500000) AS text FROM range(9) AS numbers(i) ORDER BY i`],
  ] as const)('is that of another program: %s', async ([, sql]) => {
    const { api, folders, rowsOf, run } = await pinCase();
    const result = await run(sql);
    const rows = await rowsOf(result);
    const pin = await api.pins.add({ resultId: result.resultId, notebook: null, cell: 'x', title: 't', note: 'n' });
    expect(pin.contentHash).toBe(await hashElsewhere(folders.root, result.columns, rows));
    expect(pin).toMatchObject({
      sql,
      dialect: 'duckdb',
      translatedSql: null,
      rowCount: result.rowCount,
      columns: result.columns,
    });

    const stored = await run('SELECT cells FROM pinned_rows ORDER BY rowNumber');
    expect((await rowsOf(stored)).map(([cells]) => JSON.parse(String(cells)) as unknown)).toEqual(
      rows.map((row) => row.map(shown)),
    );
    const opened = await api.pins.open({ pinId: pin.pinId });
    expect(opened.columns.map(({ name }) => name)).toEqual(result.columns.map(({ name }) => name));
    expect((await rowsOf(opened)).map((row) => row.map(shown))).toEqual(rows.map((row) => row.map(shown)));
    const again = await api.pins.compare({ pinId: pin.pinId });
    expect(again).toMatchObject({
      isSame: true,
      isOrderOnly: false,
      contentHash: pin.contentHash,
      evidenceChanged: false,
    });
    expect(again).toMatchObject({ unchanged: pin.rowCount, added: 0, removed: 0, changed: 0, differences: null });
  });
});

test('an opened pin has its types again, and sorts by value', async () => {
  const { api, rowsOf, pin, run } = await pinCase();
  const { pinId, columns } = await pin(everyType);
  const opened = await api.pins.open({ pinId });
  const types = Object.fromEntries(opened.columns.map(({ name, type }) => [name, type]));
  expect(types).toEqual({
    ...Object.fromEntries(columns.map(({ name, type }) => [name, type])),
    // Fields without names are stored in no table.
    tuple: 'VARCHAR',
  });
  expect(opened.columns.find(({ name }) => name === 'struct')?.encoding).toBe('json');

  const numbers = await pin('SELECT i AS n FROM range(8, 12) AS numbers(i) ORDER BY 1 DESC');
  const { resultId } = await api.pins.open({ pinId: numbers.pinId });
  const sorted = await api.query.window({ resultId, offset: 0, limit: 10, sort: [{ column: 0, descending: false }] });
  expect(sorted.cells[0]).toEqual(['8', '9', '10', '11']);

  // Lists of JSON are called VARCHAR[], whose texts would be others.
  const lists = await pin(`SELECT ['{"a":1}'::JSON] AS documents`);
  const documents = await api.pins.open({ pinId: lists.pinId });
  expect(documents.columns[0]).toMatchObject({ name: 'documents', type: 'JSON', encoding: 'json' });
  expect(await rowsOf(documents)).toEqual(await rowsOf(await run(`SELECT ['{"a":1}'::JSON]`)));
});

describe('run again and compare', () => {
  test('tells added, removed, changed and unchanged rows apart', async () => {
    const { api, importEvents, pin, rowsOf } = await pinCase();
    await importEvents({ A: 2, B: 1, C: 3 });
    const sql = `SELECT eventName, count(*) AS calls FROM events GROUP BY ALL HAVING count(*) <= 3 ORDER BY 1`;
    const pinned = await pin(sql);
    expect(pinned.evidence).toMatchObject({ importIds: [1], fileCount: 1, eventCount: 6 });
    await importEvents({ A: 1, C: 1, D: 1 });
    const compared = await api.pins.compare({ pinId: pinned.pinId });
    expect(compared).toMatchObject({
      ...{ rowCount: 3, isSame: false, isOrderOnly: false, columnsChanged: false, evidenceChanged: true },
      ...{ unchanged: 1, added: 1, removed: 1, changed: 1, keyColumns: ['eventName'] },
      evidence: { importIds: [1, 2], fileCount: 2, eventCount: 9 },
    });
    expect(compared.differences?.columns.map(({ name, type }) => [name, type])).toEqual([
      ['change', 'VARCHAR'],
      ['eventName', 'VARCHAR'],
      ['calls', 'BIGINT'],
    ]);
    expect(await rowsOf(compared.differences!)).toEqual([
      ['before', 'A', '2'],
      ['after', 'A', '3'],
      ['removed', 'C', '3'],
      ['added', 'D', '1'],
    ]);
    // The files’ hash, as sha256sum and sort would give it.
    const { cells } = (await api.query.run({ sql: 'SELECT sha256 FROM files' })).window;
    const lines = (cells[0] ?? [])
      .map(String)
      .sort()
      .map((hash) => `${hash}\n`);
    expect(compared.evidence.filesHash).toBe(createHash('sha256').update(lines.join('')).digest('hex'));
  });

  test('counts equal rows, and compares whole rows where no leading columns are unique', async () => {
    const { api, importEvents, pin, rowsOf } = await pinCase();
    await importEvents({ A: 1 });
    const imports = '(SELECT count(*) FROM imports)';
    const one = await pin(
      `SELECT CASE WHEN i < 3 - ${imports} THEN 'a' WHEN i < 3 THEN 'b' END AS x FROM range(5) AS n(i)`,
    );
    // a, a, b, NULL, NULL becomes a, b, b, NULL, NULL.
    const two = await pin(`SELECT 'k' AS k, nullif(i, 1) AS i, ${imports} AS n FROM (VALUES (1), (1), (2)) AS n(i)`);
    const wide = await pin(
      `SELECT i // 2 AS a, i % 2 AS b, NULL AS c, CASE WHEN i = 3 THEN ${imports} END AS d FROM range(4) AS n(i)`,
    );
    await importEvents({ B: 1 });
    const compared = await api.pins.compare({ pinId: one.pinId });
    expect(compared).toMatchObject({ unchanged: 4, added: 1, removed: 1, changed: 0, keyColumns: [] });
    expect((await rowsOf(compared.differences!)).map(([change, x]) => [change, x]).sort()).toEqual([
      ['added', 'b'],
      ['removed', 'a'],
    ]);
    expect(await api.pins.compare({ pinId: two.pinId })).toMatchObject({
      unchanged: 0,
      added: 3,
      removed: 3,
      changed: 0,
      keyColumns: [],
    });
    const keyed = await api.pins.compare({ pinId: wide.pinId });
    expect(keyed).toMatchObject({ unchanged: 3, added: 0, removed: 0, changed: 1, keyColumns: ['a', 'b'] });
    expect(await rowsOf(keyed.differences!)).toEqual([
      ['before', '1', '1', null, '1'],
      ['after', '1', '1', null, '2'],
    ]);
  });

  test('says when only the order differs, or the columns do', async () => {
    const { api, importEvents, pin, change } = await pinCase();
    await importEvents({ A: 1 });
    const order = await pin(`SELECT x FROM (VALUES ('a'), ('b'), ('b')) AS t(x)
      ORDER BY CASE WHEN (SELECT count(*) FROM imports) > 1 THEN x END DESC, x`);
    const columns = await pin('SELECT 1::INTEGER AS n');
    await importEvents({ B: 1 });
    const compared = await api.pins.compare({ pinId: order.pinId });
    expect(compared).toMatchObject({ isSame: true, isOrderOnly: true, unchanged: 3, differences: null });
    expect(compared.contentHash).not.toBe(order.contentHash);

    // As an earlier version of a table or function would have given it.
    const hash = createHash('sha256').update('[["n","BIGINT"]]\n["1"]\n').digest('hex');
    await change(
      `UPDATE pinned_results SET contentHash = '${hash}', columns = '[{"name":"n","type":"BIGINT","encoding":"text"}]' WHERE pinId = ${columns.pinId}`,
    );
    expect(await api.pins.compare({ pinId: columns.pinId })).toMatchObject({
      ...{ isSame: false, isOrderOnly: false, columnsChanged: true, rowCount: 1 },
      ...{ unchanged: 0, added: 0, removed: 0, changed: 0, differences: null },
    });
  });

  test('runs the named cells that it read first, with their parameters', async () => {
    const { api, importEvents, run, rowsOf } = await pinCase();
    await importEvents({ A: 2, B: 1 });
    const all = await run('SELECT eventName FROM events WHERE eventName <> $not', { not: 'Z', unused: 1 });
    const unread = await run('SELECT 1');
    const counted = await run('SELECT eventName, count(*) AS calls FROM "all" GROUP BY ALL', {}, [
      { name: 'all', resultId: all.resultId },
      { name: 'unread', resultId: unread.resultId },
    ]);
    const both = [
      { name: 'counted', resultId: counted.resultId },
      { name: 'all', resultId: all.resultId },
    ];
    const top = await run(
      'SELECT *, (SELECT count(*) FROM "all") AS total FROM counted WHERE calls >= $least::INT ORDER BY 1',
      { least: { type: 'number', value: '2' } },
      both,
    );
    const pin = await api.pins.add({ resultId: top.resultId, notebook: 'a.md', cell: 'top', title: 'Top' });
    expect(pin.parameters).toEqual({ least: { type: 'number', value: '2' } });
    expect(pin.upstream.map(({ name, parameters }) => [name, parameters])).toEqual([
      ['all', { not: 'Z' }],
      ['counted', {}],
    ]);
    for (const { resultId } of [all, counted, top]) await api.query.release({ resultId });
    await importEvents({ B: 4 });
    const compared = await api.pins.compare({ pinId: pin.pinId });
    expect(await rowsOf(compared.differences!)).toEqual([
      ['before', 'A', '2', '3'],
      ['after', 'A', '2', '7'],
      ['added', 'B', '5', '7'],
    ]);
  });
});

describe('what can’t be pinned', () => {
  test('is refused with the reason', async () => {
    const { api, importEvents, run, pin } = await pinCase();
    const refusal = async (resultId: string) => {
      const adding = api.pins.add({ resultId, notebook: null, cell: null, title: 'x' });
      return adding.then(
        () => 'pinned',
        (error: { code: string; message: string }) => `${error.code} ${error.message}`,
      );
    };
    expect(await refusal('none')).toMatch(/^RESULT_GONE/);
    const opened = await api.pins.open({ pinId: (await pin('SELECT 1')).pinId });
    expect(await refusal(opened.resultId)).toMatch(/^BAD_INPUT .* no statement/);
    expect(await refusal((await run('FROM range(200001)')).resultId)).toMatch(/^BAD_INPUT .* 200,001 rows/);
    expect(
      await refusal((await run(`SELECT i || repeat('ü', 2000) FROM range(17000) AS numbers(i)`)).resultId),
    ).toMatch(/^BAD_INPUT .* 64 MiB/);
    expect((await api.query.run({ sql: 'SELECT count(*) FROM pinned_rows' })).window.cells).toEqual([['1']]);

    const before = await run('SELECT 1 AS a');
    await importEvents({ A: 1 });
    expect(await refusal(before.resultId)).toMatch(/^BAD_INPUT Evidence was imported since/);
    const reader = await run('FROM before', {}, [{ name: 'before', resultId: before.resultId }]);
    expect(await refusal(reader.resultId)).toMatch(/^BAD_INPUT Evidence was imported since/);

    const first = await run('SELECT 1 AS a');
    const second = await run('SELECT a + 1 AS a FROM x', {}, [{ name: 'x', resultId: first.resultId }]);
    const edited = await run('SELECT 5 AS a');
    const mixed = await run('FROM x, y', {}, [
      { name: 'y', resultId: second.resultId },
      { name: 'x', resultId: edited.resultId },
    ]);
    expect(await refusal(mixed.resultId)).toMatch(/^BAD_INPUT The cell “x” was changed/);
    const sameAgain = await run('SELECT 1 AS a');
    const fine = await run('FROM x, y', {}, [
      { name: 'y', resultId: second.resultId },
      { name: 'x', resultId: sameAgain.resultId },
    ]);
    expect(await refusal(fine.resultId)).toBe('pinned');
  });

  test('leaves nothing behind when it is cancelled', async () => {
    const { api, run } = await pinCase();
    const { resultId } = await run(`SELECT i, repeat('x', 200) AS t FROM range(150000) AS n(i)`);
    for (const waitMs of [0, 20, 60, 150]) {
      const adding = api.pins.add(
        { resultId, notebook: null, cell: null, title: 'x' },
        { signal: AbortSignal.timeout(waitMs) },
      );
      await expect(adding).rejects.toBeDefined();
      const sql = 'SELECT (SELECT count(*) FROM pinned_rows), (SELECT count(*) FROM pinned_results)';
      expect((await run(sql)).window.cells).toEqual([['0'], ['0']]);
    }
    expect((await api.case.custody()).entries.map(({ action }) => action)).not.toContain('pinned');
    expect((await api.pins.add({ resultId, notebook: null, cell: null, title: 'x' })).rowCount).toBe(150_000);
  });
});

test('pins outlive the case’s closing; notes, removals and the custody log', async () => {
  const { api, folders, pin, rowsOf, run } = await pinCase();
  const first = await pin(`SELECT 'a' AS x`, 'First');
  const second = await pin(`SELECT 'b' AS x`, 'Second');
  const { resultId } = await run('SELECT 3');
  const third = await api.pins.add({ resultId, notebook: null, cell: null, title: ' ' });
  await api.case.close();
  await api.case.open({ path: folders.casePath });
  expect(await api.pins.list({})).toEqual([third, second, first]);
  expect(third.title).toBe('Pinned result');
  expect(await api.pins.list({ notebook: 'a.md' })).toEqual([second, first]);
  expect(await rowsOf(await api.pins.open({ pinId: first.pinId }))).toEqual([['a']]);
  expect((await api.pins.compare({ pinId: second.pinId })).isSame).toBe(true);

  const noted = await api.pins.setNote({ pinId: second.pinId, note: 'Seen\n"twice"' });
  expect(noted).toEqual({ ...second, note: 'Seen\n"twice"' });
  await api.pins.remove({ pinId: third.pinId });
  await api.pins.remove({ pinId: second.pinId });
  expect(await api.pins.list({})).toEqual([first]);
  expect(await rowsOf(await run('SELECT pinId FROM pinned_rows'))).toEqual([[first.pinId]]);
  for (const pinId of [second.pinId, 99, -1, 1.5, Number.MAX_SAFE_INTEGER]) {
    await expect(api.pins.open({ pinId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(api.pins.setNote({ pinId, note: '' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(api.pins.remove({ pinId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(api.pins.compare({ pinId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
  expect((await pin('SELECT 4')).pinId).toBe(4);

  const { entries, isChainIntact } = await api.case.custody();
  expect(isChainIntact).toBe(true);
  const about = entries.filter(({ action }) => action.startsWith('pin'));
  expect(about.map(({ action, detail }) => [action, (detail as { pinId: number }).pinId])).toEqual([
    ['pinned', 1],
    ['pinned', 2],
    ['pinned', 3],
    ['pin removed', 3],
    ['pin removed', 2],
    ['pinned', 4],
  ]);
  expect(about[0]?.detail).toMatchObject({ title: 'First', contentHash: first.contentHash, notebook: 'a.md' });
  const sqlSha256 = createHash('sha256').update(second.sql).digest('hex');
  expect(about[4]?.detail).toMatchObject({ title: 'Second', contentHash: second.contentHash, sqlSha256 });
});

describe('a case that was altered', () => {
  test.for([
    `UPDATE pinned_rows SET cells = ['a', 'c'] WHERE rowNumber = 1`,
    `UPDATE pinned_rows SET cells = ['a', NULL] WHERE rowNumber = 1`,
    `UPDATE pinned_rows SET cells = ['a', 'b', 'c'] WHERE rowNumber = 1`,
    `UPDATE pinned_rows SET rowNumber = 3 - rowNumber`,
    `UPDATE pinned_rows SET rowNumber = 1`,
    `DELETE FROM pinned_rows WHERE rowNumber = 2`,
    `INSERT INTO pinned_rows VALUES (1, 3, ['x', 'y'])`,
    `UPDATE pinned_results SET columns = '[]'`,
    `UPDATE pinned_results SET columns = '"x"'`,
    `UPDATE pinned_results SET rowCount = 1000000000000`,
  ])('gives no pin for another: %s', async (sql) => {
    const { api, pin, change } = await pinCase();
    const { pinId } = await pin(`SELECT * FROM (VALUES ('a', 'b'), ('c', 'd')) AS t(x, y) ORDER BY 1`);
    await change(sql);
    expect(await api.pins.list({})).toHaveLength(1);
    await expect(api.pins.open({ pinId })).rejects.toMatchObject({ code: 'CASE_DAMAGED' });
    await expect(api.pins.compare({ pinId })).rejects.toMatchObject({ code: 'CASE_DAMAGED' });
    await api.pins.remove({ pinId });
  });

  test.for([
    'VARCHAR), (SELECT 1',
    'VARCHAR) || (SELECT sql FROM pinned_results',
    'INTEGER) --',
    'INTEGER); DROP TABLE pinned_rows; --',
    'INTEGER /* */',
    'none',
    '',
    'STRUCT("a" INTEGER',
    `ENUM('a', (SELECT 'b'))`,
  ])('runs nothing that its types say: %s', async (type) => {
    const { api, pin, change, rowsOf } = await pinCase();
    const { pinId } = await pin(`SELECT 'a' AS x`);
    const hash = createHash('sha256')
      .update(`${JSON.stringify([['x', type]])}\n["a"]\n`)
      .digest('hex');
    const columns = JSON.stringify([{ name: 'x', type, encoding: 'text' }]).replaceAll("'", "''");
    await change(`UPDATE pinned_results SET columns = '${columns}', contentHash = '${hash}'`);
    const opened = await api.pins.open({ pinId });
    expect(opened.columns).toMatchObject([{ name: 'x', type: 'VARCHAR' }]);
    expect(await rowsOf(opened)).toEqual([['a']]);
  });

  test('can only run what a user could', async () => {
    const { api, pin, change } = await pinCase();
    const { pinId } = await pin(`SELECT 'a' AS x`);
    await change(`UPDATE pinned_results SET sql = 'SELECT * FROM read_text(''/etc/passwd'')'`);
    await expect(api.pins.compare({ pinId })).rejects.toMatchObject({ code: 'SQL_REFUSED' });
    await change(
      `UPDATE pinned_results SET sql = 'SELECT 1', upstream = '[{"name":"e\\"; x","sql":"COPY events TO ''/tmp/x''","dialect":"duckdb","translatedSql":null,"parameters":{}}]'`,
    );
    await expect(api.pins.compare({ pinId })).rejects.toMatchObject({ code: 'SQL_REFUSED' });
  });
});
