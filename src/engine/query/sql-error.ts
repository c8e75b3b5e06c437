import { TrailbenchError } from '#shared/api/errors.ts';
import { tokenLength } from './statement-tree.ts';
import { utf16OffsetOfColumn } from './text-position.ts';

const duckdbError = /^[A-Z][A-Za-z ]* Error: /;

type Position = { offset: number; length: number };

/**
 * DuckDB's error for a statement that was embedded one line down (`embedStatement`), as an SQL_FAILED with DuckDB's own
 * sentence and the place in the user's text. Interruptions are CANCELLED. Other errors are returned as they are.
 */
export function sqlError(error: unknown, sql: string): unknown {
  if (error instanceof TrailbenchError || !(error instanceof Error)) return error;
  const { message } = error;
  if (!duckdbError.test(message)) return error;
  if (/^INTERRUPT Error/.test(message)) return new TrailbenchError('CANCELLED', 'The query was cancelled.');
  if (/^Out of Memory Error/.test(message)) {
    return new TrailbenchError(
      'SQL_FAILED',
      'The statement needs more memory or temporary disk space than Trailbench may use. Select fewer columns, filter by time, or aggregate.',
      undefined,
      { cause: error },
    );
  }
  const block = /\n+LINE (\d+): ([^\n]*)\n( *)\^[^\n]*\s*$/.exec(message);
  const sentence = (block ? message.slice(0, block.index) : message).replace(duckdbError, '').trim();
  const position = block ? positionOf(sql, Number(block[1]), block[2] ?? '', block[3]?.length ?? 0) : undefined;
  return new TrailbenchError('SQL_FAILED', sentence, position && { position }, { cause: error });
}

/** DuckDB shows long lines in part, with `...` where it cut. */
function positionOf(sql: string, lineOfOutcome: number, excerpt: string, caret: number): Position | undefined {
  const lines = sql.split('\n');
  const line = lines[lineOfOutcome - 2];
  if (line === undefined) return undefined;
  const column = utf16OffsetOfColumn(excerpt, caret - `LINE ${lineOfOutcome}: `.length);
  const isCut = excerpt.startsWith('...') && !line.startsWith('...');
  const shown = excerpt.slice(isCut ? 3 : 0).replace(/\.\.\.$/, '');
  const start = isCut ? line.indexOf(shown) : 0;
  if (start < 0) return undefined;
  const before = lines.slice(0, lineOfOutcome - 2).reduce((sum, other) => sum + other.length + 1, 0);
  const offset = before + start + column - (isCut ? 3 : 0);
  return { offset, length: tokenLength(sql, offset) };
}
