import { TrailbenchError } from '#shared/api/errors.ts';

/** Why a statement can't be translated, with the place in its text (UTF-16). */
export class SqlProblem extends Error {
  readonly offset: number;
  readonly length: number;
  /** SQL_FAILED: not Athena's SQL. SQL_REFUSED: it is, but would not mean the same here. */
  readonly code: 'SQL_FAILED' | 'SQL_REFUSED';

  constructor(sentence: string, offset: number, length: number, code: SqlProblem['code'] = 'SQL_FAILED') {
    super(sentence);
    this.offset = offset;
    this.length = length;
    this.code = code;
  }

  asError(): TrailbenchError {
    const position = { offset: this.offset, length: this.length };
    return new TrailbenchError(this.code, this.message, { position });
  }
}

/** Something with a place in the statement. */
export interface Placed {
  readonly offset: number;
  readonly length: number;
}

/** Stops the translation: what is written is understood, and can't be given the same meaning here. */
export function refuse(place: Placed, sentence: string): never {
  throw new SqlProblem(sentence, place.offset, place.length, 'SQL_REFUSED');
}
