import { TrailbenchError } from '#shared/api/errors.ts';
import type { Pin, PinComparison } from '#shared/api/pins.ts';
import type { ResultColumn, ResultRelation } from '#shared/api/query.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import { evidenceStamp } from '#engine/query/evidence-stamp.ts';
import { resultStoreOf, textSql, type StoredResult } from '#engine/query/result-store.ts';
import { keepRows, runQuery } from '#engine/query/run-query.ts';
import { contentHash } from './content-hash.ts';
import { evidenceState } from './evidence-state.ts';
import { pinnedRows, readWholePin } from './pin-record.ts';
import { changesSql, countChanges, createSurplus, differencesSql, keyLength } from './row-changes.ts';
import { typedCells } from './typed-cells.ts';

type RowComparison = Omit<PinComparison, 'pin' | 'rowCount' | 'evidence' | 'evidenceChanged'>;

/**
 * Runs the pinned statement again, what it read before it, and compares the rows as text. What ran is let go afterwards;
 * the differences are kept. Throws NOT_FOUND, CASE_DAMAGED (the pinned rows were altered), BUSY (evidence came in
 * meanwhile), CANCELLED, and what `runQuery` throws.
 */
export async function comparePin(openCase: OpenCase, pinId: number, signal?: AbortSignal): Promise<PinComparison> {
  const store = resultStoreOf(openCase);
  const { pin, evidence, stamp } = await openCase.withConnection(async (connection) => {
    const read = await readWholePin(connection, pinId);
    return { pin: read, evidence: await evidenceState(connection), stamp: await evidenceStamp(connection) };
  }, signal);
  const ran: StoredResult[] = [];
  try {
    const relations: ResultRelation[] = [];
    for (const cell of [...pin.upstream, { ...pin, name: null }]) {
      const { sql, dialect, parameters, name } = cell;
      const running = runQuery(openCase, { sql, dialect, parameters, relations: [...relations] }, signal);
      const { resultId } = await running.catch((error: unknown) => {
        throw name === null ? error : upstreamError(name, error);
      });
      ran.push(store.get(resultId));
      if (name !== null) relations.push({ name, resultId });
    }
    if (ran.some(({ origin }) => origin?.evidenceStamp !== stamp)) {
      const sentence = 'Evidence was imported while the statement ran. Compare again when the import is done.';
      throw new TrailbenchError('BUSY', sentence);
    }
    const now = ran.at(-1)!;
    const evidenceChanged = JSON.stringify(evidence) !== JSON.stringify(pin.evidence);
    const compared = await compareRows(openCase, pin, now, signal);
    return { pin, rowCount: now.rowCount, evidence, evidenceChanged, ...compared };
  } finally {
    for (const { resultId } of ran) await store.release(resultId).catch(() => undefined);
  }
}

async function compareRows(
  openCase: OpenCase,
  pin: Pin,
  now: StoredResult,
  signal: AbortSignal | undefined,
): Promise<RowComparison> {
  const after = `(SELECT rowNumber, [${now.columns.map(textSql).join(', ')}] AS cells FROM ${now.relation})`;
  const hash = await openCase.withConnection(
    (connection) => contentHash(connection, now.columns, after, now.rowCount),
    signal,
  );
  const columnsChanged = namesAndTypes(pin.columns) !== namesAndTypes(now.columns);
  const same: RowComparison = {
    contentHash: hash,
    ...{ isSame: true, isOrderOnly: hash !== pin.contentHash, columnsChanged },
    ...{ unchanged: pin.rowCount, added: 0, removed: 0, changed: 0, keyColumns: [], differences: null },
  };
  if (columnsChanged) return { ...same, isSame: false, isOrderOnly: false, unchanged: 0 };
  if (hash === pin.contentHash) return same;

  const sides = { before: pinnedRows(pin.pinId), after };
  const store = resultStoreOf(openCase);
  const surplus = await store.newTable();
  try {
    const found = await openCase.withConnection(async (connection) => {
      if ((await createSurplus(connection, sides, surplus)) === 0) return null;
      const length = await keyLength(connection, sides, pin.columns.length);
      const changes = changesSql(surplus, length);
      const counts = await countChanges(connection, changes);
      const select = differencesSql(changes, await typedCells(connection, surplus, pin.columns));
      return { length, counts, select };
    }, signal);
    if (found === null) return same;
    const names = ['change', ...pin.columns.map(({ name }) => name)];
    return {
      ...same,
      ...{ isSame: false, isOrderOnly: false, ...found.counts },
      unchanged: pin.rowCount - found.counts.removed - found.counts.changed,
      keyColumns: names.slice(1, 1 + found.length),
      differences: await keepRows(openCase, found.select, {}, signal, names),
    };
  } finally {
    await store.drop([surplus]).catch(() => undefined);
  }
}

function namesAndTypes(columns: readonly ResultColumn[]): string {
  return JSON.stringify(columns.map(({ name, type }) => [name, type]));
}

/** The place of an error in a cell that the pinned statement reads is none in the pinned statement. */
function upstreamError(name: string, error: unknown): unknown {
  if (!(error instanceof TrailbenchError) || error.code === 'CANCELLED') return error;
  return new TrailbenchError(error.code, `The cell “${name}”, which this one reads: ${error.message}`, undefined, {
    cause: error,
  });
}
