import { createHash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { CellOutcome, NotebookSource, ReportEvent, ReportFormat } from '#shared/api/notebook.ts';
import type { ExportedFile } from '#shared/api/query.ts';
import type { CellBlock } from '#shared/notebook/notebook.ts';
import { cellsOf, cellTitle } from '#shared/notebook/parse-notebook.ts';
import { caseName } from '#engine/case/case-folder.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import type { EngineContext } from '#engine/engine-context.ts';
import { exportName, publishExport, stagedPath, summed } from '#engine/files/exports.ts';
import { errorCode, ioError } from '#engine/io-error.ts';
import { evidenceState } from '#engine/pins/evidence-state.ts';
import { listPins } from '#engine/pins/pins.ts';
import { resultStoreOf } from '#engine/query/result-store.ts';
import { readyNotebook, runCells, type ReadyNotebook, type RunInput } from '../run-notebook.ts';
import { htmlReport } from './html-report.ts';
import { ipynbReport } from './ipynb-report.ts';
import { markdownReport } from './markdown-report.ts';
import { reportCell, type CellSources } from './report-cell.ts';
import type { ReportBlock, ReportCover, ReportWriter } from './report.ts';

export interface ReportRequest extends RunInput {
  readonly format: ReportFormat;
  readonly usesPins: boolean;
  readonly maxRowsPerTable: number;
  readonly path?: string | undefined;
}

const writers: Readonly<Record<ReportFormat, { readonly writer: ReportWriter; readonly extension: string }>> = {
  html: { writer: htmlReport, extension: 'html' },
  markdown: { writer: markdownReport, extension: 'md' },
  ipynb: { writer: ipynbReport, extension: 'ipynb' },
};

/** See the contract. A report that is not finished leaves no file. */
export async function* reportStream(
  context: EngineContext,
  request: ReportRequest,
  signal?: AbortSignal,
): AsyncGenerator<ReportEvent, void> {
  const { format, path } = request;
  const ready = await readyNotebook(context, request);
  const { openCase, notebook } = ready;
  const { writer, extension } = writers[format];
  const target = path === undefined ? stagedPath(openCase) : resolve(path);
  const file = await newFile(target);
  let isFinished = false;
  try {
    const cover = await coverOf(context, ready, request);
    const sources = await sourcesOf(ready, request, cover);
    await file.writeFile(writer.cover(cover));
    const cellCount = cellsOf(notebook).length;
    const counts = { cellCount, failedCells: 0, skippedCells: 0 };
    let cellsDone = 0;
    yield { type: 'progress', cellsDone, cellCount };
    for await (const { block, state } of blocksOf(ready, sources, signal)) {
      await file.writeFile(writer.block(block));
      if (state === null) continue;
      if (state === 'failed') counts.failedCells += 1;
      if (state === 'skipped') counts.skippedCells += 1;
      yield { type: 'progress', cellsDone: ++cellsDone, cellCount };
    }
    const evidence = await openCase.withConnection(evidenceState);
    const evidenceChanged = JSON.stringify(evidence) !== JSON.stringify(cover.evidence);
    await file.writeFile(writer.end({ ...counts, evidenceChanged }));
    const detail = { kind: 'report', format, title: ready.title, notebookSha256: cover.notebookHash };
    const written =
      path === undefined
        ? await publishExport(openCase, target, exportName(ready.title, new Date(cover.generatedAt), extension), detail)
        : await recordFile(openCase, file, target, detail);
    isFinished = true;
    yield { type: 'written', file: written, failedCells: counts.failedCells };
  } catch (error) {
    throw errorCode(error) === null || error instanceof TrailbenchError
      ? error
      : ioError(`The report cannot be written to “${target}”`, error);
  } finally {
    await file.close().catch(() => undefined);
    if (!isFinished) await rm(target, { force: true }).catch(() => undefined);
  }
}

/** Opens a file that is not there yet; a link in its place is not followed. */
async function newFile(path: string): Promise<FileHandle> {
  return open(path, 'wx+').catch((error: unknown) => {
    if (errorCode(error) === 'EEXIST') {
      const sentence = `There is something at “${path}” already, and a report replaces nothing. Choose another name.`;
      throw new TrailbenchError('BAD_INPUT', sentence, undefined, { cause: error });
    }
    throw ioError(`The report cannot be written to “${path}”`, error);
  });
}

async function recordFile(
  openCase: OpenCase,
  file: FileHandle,
  path: string,
  detail: Readonly<Record<string, unknown>>,
): Promise<ExportedFile> {
  const written = await summed(file);
  await openCase.recordCustody('exported', { path, ...written, ...detail });
  return { path, ...written };
}

async function coverOf(
  { options }: EngineContext,
  { openCase, notebook, title, parameters, span }: ReadyNotebook,
  { source }: ReportRequest,
): Promise<ReportCover> {
  return {
    ...{ title, span, description: notebook.description, tags: notebook.tags },
    caseName: caseName(openCase.path),
    notebook: 'text' in source ? null : `${source.name} (${placeWords[source.place]})`,
    notebookHash: createHash('sha256').update(notebook.text).digest('hex'),
    ...{ version: options.version, operator: openCase.operator },
    generatedAt: (options.now?.() ?? new Date()).toISOString(),
    evidence: await openCase.withConnection(evidenceState),
    parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
    problems: notebook.problems,
    contents: contentsOf(notebook.blocks),
  };
}

const placeWords = { case: 'the case’s', library: 'from the library', starter: 'came with Trailbench' } as const;

/** Headings of the prose that are not within code, and all cells. */
function contentsOf(blocks: ReadyNotebook['notebook']['blocks']): ReportCover['contents'] {
  let cellIndex = 0;
  return blocks.flatMap((block, index): ReportCover['contents'] => {
    const blockNumber = index + 1;
    if (block.kind === 'cell') return [{ blockNumber, title: cellTitle(block, cellIndex++), isCell: true }];
    const [, heading = ''] = /^#{1,2}[ \t]+(.*?)[ \t#]*$/m.exec(block.text.slice(0, 2000)) ?? [];
    return heading === '' ? [] : [{ blockNumber, title: heading, isCell: false }];
  });
}

async function sourcesOf(
  { openCase, parameters }: ReadyNotebook,
  { source, usesPins, maxRowsPerTable }: ReportRequest,
  { evidence }: ReportCover,
): Promise<CellSources> {
  const pins = usesPins ? await listPins(openCase, null) : [];
  // The notebook's own come before those of others.
  const isOwn = (notebook: string | null): boolean => isOfCase(source) && notebook === source.name;
  const ordered = [...pins.filter((pin) => isOwn(pin.notebook)), ...pins.filter((pin) => !isOwn(pin.notebook))];
  return { openCase, parameters, evidence, pins: ordered, maxRows: maxRowsPerTable };
}

function isOfCase(source: NotebookSource): source is { place: 'case'; name: string } {
  return 'place' in source && source.place === 'case';
}

/** The notebook's blocks with what its cells give, one after the other. Results are let go in the end. */
async function* blocksOf(
  ready: ReadyNotebook,
  sources: CellSources,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ readonly block: ReportBlock; readonly state: CellOutcome['state'] | null }, void> {
  const outcomes = runCells(ready, signal);
  const resultIds: string[] = [];
  try {
    for (const [index, block] of ready.notebook.blocks.entries()) {
      const blockNumber = index + 1;
      if (block.kind === 'prose') {
        yield { block: { blockNumber, kind: 'prose', text: block.text }, state: null };
        continue;
      }
      const { value: outcome } = await outcomes.next();
      if (!outcome) break;
      if (outcome.state === 'done') resultIds.push(outcome.result.resultId);
      yield await cellWith(block, outcome, blockNumber, sources, signal);
    }
  } finally {
    for (const resultId of resultIds)
      await resultStoreOf(ready.openCase)
        .release(resultId)
        .catch(() => undefined);
  }
}

async function cellWith(
  cell: CellBlock,
  outcome: CellOutcome,
  blockNumber: number,
  sources: CellSources,
  signal: AbortSignal | undefined,
) {
  const shown = await reportCell(cell, outcome, sources, signal);
  return { block: { blockNumber, kind: 'cell', ...shown } as const, state: shown.outcome.state };
}
