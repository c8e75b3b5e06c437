import { eventIterator, type } from '@orpc/contract';
import * as v from 'valibot';
import { procedure } from './procedure.ts';
import type { ExportedFile, QueryParameters, QueryResult } from './query.ts';

/** The case's own, the user's own on this machine, and those that come with Trailbench (read only). */
const placeSchema = v.picklist(['case', 'library', 'starter']);
export type NotebookPlace = v.InferOutput<typeof placeSchema>;
const writablePlaceSchema = v.picklist(['case', 'library']);

/** `name` is the file's name in its folder, `.md` included. */
const referenceSchema = v.object({ place: placeSchema, name: v.string() });
export type NotebookReference = v.InferOutput<typeof referenceSchema>;

export interface NotebookEntry extends NotebookReference {
  readonly title: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly cellCount: number;
  readonly sizeBytes: number;
  /** ISO 8601, UTC. */
  readonly modifiedAt: string;
  /** Why it can't be opened (not UTF-8, a link, too large …); null if it can. */
  readonly problem: string | null;
}

export interface NotebookFile extends NotebookEntry {
  readonly text: string;
  /** SHA-256 of the file's bytes, in hex. */
  readonly hash: string;
}

export type SaveOutcome =
  | { readonly state: 'saved'; readonly file: NotebookFile }
  /** The file on disk is not the one the edit began with. Nothing was written. `theirs` is null if it was removed. */
  | { readonly state: 'conflict'; readonly theirs: NotebookFile | null };

/** A notebook to run: a file of the three places, or a text. */
const sourceSchema = v.union([referenceSchema, v.object({ title: v.string(), text: v.string() })]);
export type NotebookSource = v.InferOutput<typeof sourceSchema>;

/** What is typed for each parameter, by name; one that is absent has its default. */
const parameterTextsSchema = v.record(v.string(), v.string());
export type ParameterTexts = v.InferOutput<typeof parameterTextsSchema>;

/** What one cell gave. `index` counts cells (not prose) from 0. */
export type CellOutcome = {
  readonly index: number;
  readonly name: string | null;
  readonly sql: string;
} & (
  | { readonly state: 'done'; readonly result: QueryResult }
  /** `reason`: the sentence of the error, or which cell before it failed. */
  | { readonly state: 'failed' | 'skipped'; readonly reason: string }
);

export type NotebookRunEvent =
  | {
      readonly type: 'started';
      readonly title: string;
      readonly parameters: QueryParameters;
      readonly cellCount: number;
    }
  | { readonly type: 'cell'; readonly outcome: CellOutcome };

export const reportFormats = ['html', 'markdown', 'ipynb'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export type ReportEvent =
  | { readonly type: 'progress'; readonly cellsDone: number; readonly cellCount: number }
  | { readonly type: 'written'; readonly file: ExportedFile; readonly failedCells: number };

export const notebookContract = {
  /** All notebooks of the three places, by title. The case's are empty without an open case. */
  list: procedure.output(type<readonly NotebookEntry[]>()),
  /** Errors: NO_CASE, NOT_FOUND, BAD_INPUT (a name that is none), IO_FAILED. */
  read: procedure.input(referenceSchema).output(type<NotebookFile>()),
  /**
   * Writes the whole text, if the file's hash is still `baseHash`: an edit made elsewhere is never overwritten.
   * Errors: NO_CASE, NOT_FOUND, BAD_INPUT, IO_FAILED.
   */
  save: procedure
    .input(v.object({ place: writablePlaceSchema, name: v.string(), text: v.string(), baseHash: v.string() }))
    .output(type<SaveOutcome>()),
  /** A new file named after the title; a number is added where the name is taken. Errors: NO_CASE, IO_FAILED. */
  create: procedure
    .input(v.object({ place: writablePlaceSchema, title: v.string(), text: v.optional(v.string()) }))
    .output(type<NotebookFile>()),
  /** Copies a notebook byte for byte: a starter into the case, the case's into the library … */
  copy: procedure.input(v.object({ from: referenceSchema, to: writablePlaceSchema })).output(type<NotebookFile>()),
  /** Pins follow their notebook. Errors: BAD_INPUT (the name is taken, or none), NOT_FOUND, IO_FAILED. */
  rename: procedure
    .input(v.object({ place: writablePlaceSchema, name: v.string(), newName: v.string() }))
    .output(type<NotebookFile>()),
  /** Moves it into the folder `.removed` beside it. */
  remove: procedure.input(v.object({ place: writablePlaceSchema, name: v.string() })).output(type<void>()),
  /** Copies a file of this machine byte for byte. Errors: NOT_FOUND, BAD_INPUT (no notebook), IO_FAILED. */
  importFile: procedure.input(v.object({ path: v.string(), to: writablePlaceSchema })).output(type<NotebookFile>()),
  /** Copies the notebook's file to the case's `exports` folder. */
  exportFile: procedure.input(referenceSchema).output(type<ExportedFile>()),
  /** Runs every cell in order; results are kept for `query.window`. Leaving the stream cancels. */
  run: procedure
    .input(v.object({ source: sourceSchema, parameters: v.optional(parameterTextsSchema, {}) }))
    .output(eventIterator(type<NotebookRunEvent>())),
  /**
   * Runs the notebook and writes a report: to the case's `exports` folder, or as a new file at `path`
   * (BAD_INPUT if there is one already). With `usesPins`, a cell that has a pinned result of the same statement and
   * parameters shows that one, and says so.
   */
  report: procedure
    .input(
      v.object({
        source: sourceSchema,
        parameters: v.optional(parameterTextsSchema, {}),
        format: v.picklist(reportFormats),
        usesPins: v.optional(v.boolean(), true),
        maxRowsPerTable: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(100_000)), 1000),
        path: v.optional(v.string()),
      }),
    )
    .output(eventIterator(type<ReportEvent>())),
};
