import { TrailbenchError } from '#shared/api/errors.ts';
import type { CellOutcome, NotebookRunEvent, NotebookSource, ParameterTexts } from '#shared/api/notebook.ts';
import type { QueryParameters, ResultRelation } from '#shared/api/query.ts';
import { bindParameters, parametersOf, type CaseSpan } from '#shared/notebook/bind-parameters.ts';
import type { CellBlock, Notebook } from '#shared/notebook/notebook.ts';
import { cellsOf, parseNotebook } from '#shared/notebook/parse-notebook.ts';
import { translateAthena } from '#engine/athena/translate-athena.ts';
import { readCaseSpan } from '#engine/case/case-span.ts';
import type { OpenCase } from '#engine/case/open-case.ts';
import type { EngineContext } from '#engine/engine-context.ts';
import { usedRelations } from '#engine/query/relations.ts';
import { runQuery } from '#engine/query/run-query.ts';
import { parseStatement } from '#engine/query/statement-tree.ts';
import { notebookFilesOf } from './files/notebook-files.ts';

export interface RunInput {
  readonly source: NotebookSource;
  readonly parameters: ParameterTexts;
}

/** A notebook that can be run on a case: what its parameters are is known. */
export interface ReadyNotebook {
  readonly openCase: OpenCase;
  readonly title: string;
  readonly notebook: Notebook;
  readonly parameters: QueryParameters;
  readonly span: CaseSpan;
}

/** See the contract. Leaving the stream between cells ends the run; `signal` cancels within one, too. */
export async function* runNotebookStream(
  context: EngineContext,
  input: RunInput,
  signal?: AbortSignal,
): AsyncGenerator<NotebookRunEvent, void> {
  const ready = await readyNotebook(context, input);
  const { title, parameters, notebook } = ready;
  yield { type: 'started', title, parameters, cellCount: cellsOf(notebook).length };
  for await (const outcome of runCells(ready, signal)) yield { type: 'cell', outcome };
}

/** Errors: NO_CASE, NOT_FOUND, BAD_INPUT for parameters that are none or not of their type, IO_FAILED. */
export async function readyNotebook(
  context: EngineContext,
  { source, parameters: texts }: RunInput,
): Promise<ReadyNotebook> {
  const openCase = context.requireCase();
  const { title, text } = 'text' in source ? source : await notebookFilesOf(context).read(source);
  const notebook = parseNotebook(text);
  const declared = parametersOf(notebook);
  const unknown = Object.keys(texts).find((given) => !declared.some(({ name }) => name === given));
  if (unknown !== undefined) {
    const names = declared.map(({ name }) => `$${name}`).join(', ');
    throw new TrailbenchError('BAD_INPUT', `The notebook has no parameter $${unknown}. It has ${names}.`);
  }
  const span = await readCaseSpan(openCase);
  const { values, problems } = bindParameters(declared, texts, span);
  const [problem] = Object.entries(problems).map(([name, sentence]) => `$${name}: ${sentence}`);
  if (problem !== undefined) throw new TrailbenchError('BAD_INPUT', problem);
  return { openCase, title: notebook.title ?? title, notebook, parameters: values, span };
}

/**
 * Runs the cells in order; what has a name can be read by those after it. A cell that reads one without a result is
 * skipped; others go on. Throws CANCELLED, and NO_CASE if the case is closed meanwhile.
 */
export async function* runCells(
  { openCase, notebook, parameters }: ReadyNotebook,
  signal?: AbortSignal,
): AsyncGenerator<CellOutcome, void> {
  const relations: ResultRelation[] = [];
  const missing: Missing[] = [];
  for (const [index, cell] of cellsOf(notebook).entries()) {
    const { sql, dialect, name } = cell;
    const outcome = { index, name, sql };
    if (sql.trim() === '') {
      yield { ...outcome, state: 'skipped', reason: 'The cell is empty.' };
      continue;
    }
    try {
      const result = await runQuery(openCase, { sql, dialect, parameters, relations }, signal);
      if (name !== null) relations.push({ name, resultId: result.resultId });
      yield { ...outcome, state: 'done', result };
    } catch (error) {
      if (!(error instanceof TrailbenchError) || ['CANCELLED', 'NO_CASE'].includes(error.code)) throw error;
      const unread = await firstRead(openCase, cell, missing);
      if (name !== null) missing.push({ name, what: unread === null ? 'failed' : 'was skipped' });
      yield unread === null
        ? { ...outcome, state: 'failed', reason: error.message }
        : { ...outcome, state: 'skipped', reason: `“${unread.name}”, which it reads, ${unread.what}.` };
    }
  }
}

/** A named cell without a result. */
interface Missing {
  readonly name: string;
  readonly what: 'failed' | 'was skipped';
}

/** Which of the missing cells a statement reads, if it can be read at all. */
async function firstRead(
  openCase: OpenCase,
  { sql, dialect }: CellBlock,
  missing: readonly Missing[],
): Promise<Missing | null> {
  if (missing.length === 0) return null;
  try {
    const statement = dialect === 'athena' ? (await translateAthena(sql)).sql : sql;
    const tree = await openCase.withConnection((connection) => parseStatement(connection, statement));
    const [read] = usedRelations(
      tree,
      missing.map(({ name }) => ({ name, sql: '', result: null })),
    );
    return missing.find(({ name }) => name === read?.name) ?? null;
  } catch {
    return null;
  }
}
