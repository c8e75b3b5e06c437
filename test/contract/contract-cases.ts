import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChangeNotice } from '#shared/api/index.ts';
import { EngineConnection } from '../../src/renderer/connection/engine-connection.ts';
import type { OpenWire, Wire } from '../../src/renderer/connection/wire.ts';

/** One way to reach an engine, as the suite needs it. */
export interface ContractHost {
  /** A fresh folder of this machine. */
  readonly folder: string;
  readonly openWire: OpenWire;
  close(): Promise<void>;
}

/** Runs for days unless DuckDB is interrupted. */
const endlessSql = 'SELECT sum(a.range * b.range) FROM range(100000000) a, range(100000000) b';
/** Each running query holds a thread of libuv's pool: if this many were not interrupted, nothing would run any more. */
const moreThanThePool = 20;

/** The cases that every wire must pass. Where the engine has a process of its own, the suite kills it. */
export function contractCases(
  wireName: string,
  engine: 'in this process' | 'in its own process',
  start: () => Promise<ContractHost>,
): void {
  describe(`the contract over ${wireName}`, () => {
    let host: ContractHost;
    let casePath: string;
    let connection: EngineConnection;
    const connect = () => new EngineConnection(host.openWire);

    beforeAll(async () => {
      host = await start();
      casePath = join(host.folder, 'Contract.trailbench');
      connection = connect();
      await connection.api.case.create({ path: casePath });
    });

    afterAll(async () => {
      connection.close();
      await host.close();
      await rm(host.folder, { recursive: true, force: true });
    });

    test('a value crosses: nested, null and undefined as they are', async () => {
      const { api } = connection;
      const { entries, parent } = await api.app.listFolder({ path: host.folder });
      expect(parent).not.toBeNull();
      expect(entries).toContainEqual({ name: 'Contract.trailbench', path: casePath, isFolder: true, sizeBytes: null });
      const { columns, rowCount, window } = await api.query.run({
        sql: `SELECT 9007199254740993::BIGINT AS big, NULL AS nothing, 'ü€😀' AS text`,
      });
      expect(columns.map((column) => column.name)).toEqual(['big', 'nothing', 'text']);
      expect([rowCount, window.cells]).toEqual([1, [['9007199254740993'], [null], ['ü€😀']]]);
      expect(await api.query.release({ resultId: 'none' })).toBeUndefined();
    });

    test('a foreseen error crosses with its code, its sentence and its details', async () => {
      const missing = connection.api.case.open({ path: join(host.folder, 'Missing.trailbench') });
      await expect(missing).rejects.toMatchObject({ code: 'NOT_FOUND', defined: true });
      await expect(missing).rejects.toThrow(/Missing\.trailbench/);
      const misspelt = connection.api.query.run({ sql: 'SELECT noSuchColumn FROM events' });
      await expect(misspelt).rejects.toMatchObject({ code: 'SQL_FAILED', data: { position: { offset: 7 } } });
    });

    test('input that the contract does not allow is refused', async () => {
      const refused = { code: 'BAD_INPUT', defined: true };
      await expect(connection.api.case.open({ path: '' })).rejects.toMatchObject(refused);
      const wrongType = { sql: 1 } as unknown as { sql: string };
      await expect(connection.api.query.run(wrongType)).rejects.toMatchObject(refused);
    });

    test('a stream delivers, and leaving it ends it', async () => {
      const { api } = connection;
      const notices = await api.app.changes();
      const first = notices.next();
      await api.case.close();
      expect(await first).toEqual({ done: false, value: { topic: 'case' } satisfies ChangeNotice });
      await api.case.open({ path: casePath });
      await notices.return?.();
      expect(await notices.next()).toMatchObject({ done: true });
    });

    test('cancelling a call interrupts DuckDB', async () => {
      for (let round = 0; round < moreThanThePool; round += 1) {
        const leaving = new AbortController();
        const endless = connection.api.query.run({ sql: endlessSql }, { signal: leaving.signal });
        endless.catch(() => {});
        await pause();
        leaving.abort();
        await expect(endless).rejects.toThrow();
      }
      expect(await answer(connection)).toEqual([['42']]);
    });

    test('closing the wire rejects what is in flight and interrupts it in the engine', async () => {
      for (let round = 0; round < moreThanThePool; round += 1) {
        const leaving = connect();
        const endless = leaving.api.query.run({ sql: endlessSql });
        endless.catch(() => {});
        const stream = await leaving.api.app.changes();
        const notice = stream.next();
        notice.catch(() => {});
        await pause();
        leaving.close();
        await expect(endless).rejects.toThrow();
        await expect(notice).rejects.toThrow();
      }
      expect(await answer(connection)).toEqual([['42']]);
    });

    test('calls wait while a broken wire is replaced', async () => {
      const wires: Wire[] = [];
      const breaking = new EngineConnection(async () => {
        wires.push(await host.openWire());
        return wires.at(-1)!;
      });
      await breaking.connected();
      const states: string[] = [];
      breaking.onState((state) => states.push(state));
      let restarts = 0;
      breaking.onRestart(() => (restarts += 1));
      wires[0]?.close();
      await expect.poll(() => states).toEqual(['reconnecting', 'connected']);
      expect(await answer(breaking)).toEqual([['42']]);
      expect([wires.length, restarts]).toEqual([2, 0]);
      breaking.close();
    });

    test.runIf(engine === 'in its own process')(
      'an engine that is killed is started again, with its case',
      async () => {
        const before = await connection.api.app.info();
        let restarts = 0;
        const stop = connection.onRestart(() => (restarts += 1));
        const endless = connection.api.query.run({ sql: endlessSql });
        endless.catch(() => {});
        await pause();
        process.kill(before.processId, 'SIGKILL');
        await expect(endless).rejects.toMatchObject({ code: 'ENGINE_STOPPED' });
        const after = await connection.api.app.info();
        expect(after.processId).not.toBe(before.processId);
        expect(await connection.api.case.current()).toMatchObject({ path: casePath });
        expect(await answer(connection)).toEqual([['42']]);
        expect(restarts).toBe(1);
        stop();
      },
    );
  });
}

async function answer(connection: EngineConnection): Promise<unknown> {
  const { window } = await connection.api.query.run({ sql: "SELECT '42' AS answer" });
  return window.cells;
}

/** Long enough that the engine has usually begun; nothing depends on it having. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 60));
}
