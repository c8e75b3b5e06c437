import type { EvidenceState, RanStatement } from '#shared/api/pins.ts';
import type { Cell, QueryParameters, ResultColumn } from '#shared/api/query.ts';
import type { CaseSpan } from '#shared/notebook/bind-parameters.ts';
import type { Drawing } from '#shared/notebook/charts/drawing.ts';

/** A notebook with its results, whatever format it is written in. Texts are as they came: formats make them harmless. */
export interface ReportCover {
  readonly title: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly caseName: string;
  /** Where the notebook came from, e.g. `first-hour.md (starter)`; null for a text without a file. */
  readonly notebook: string | null;
  /** SHA-256 of the notebook's text in UTF-8, in hex. */
  readonly notebookHash: string;
  readonly version: string;
  readonly operator: string;
  /** ISO 8601, UTC. */
  readonly generatedAt: string;
  readonly span: CaseSpan;
  readonly evidence: EvidenceState;
  readonly parameters: readonly ReportParameter[];
  /** What is wrong with the front matter. */
  readonly problems: readonly string[];
  readonly contents: readonly { readonly blockNumber: number; readonly title: string; readonly isCell: boolean }[];
}

export interface ReportParameter {
  readonly name: string;
  readonly value: QueryParameters[string];
}

export type ReportBlock = { readonly blockNumber: number } & (
  { readonly kind: 'prose'; readonly text: string } | ({ readonly kind: 'cell' } & ReportCell)
);

export interface ReportCell extends RanStatement {
  /** Among the cells, from 1. */
  readonly cellNumber: number;
  readonly title: string;
  readonly name: string | null;
  /** The named cells that it read. */
  readonly reads: readonly string[];
  /** Those that it uses. */
  readonly parameters: readonly ReportParameter[];
  readonly problems: readonly string[];
  readonly outcome: ReportTable | { readonly state: 'failed' | 'skipped'; readonly reason: string };
}

export interface ReportTable {
  readonly state: 'done';
  readonly columns: readonly ResultColumn[];
  /** The first ones. */
  readonly rows: readonly (readonly Cell[])[];
  readonly rowCount: number;
  /** ISO 8601, UTC. */
  readonly ranAt: string;
  readonly elapsedMs: number;
  readonly evidence: EvidenceState;
  /** See docs/notebooks.md; null for a result of too many rows. */
  readonly contentHash: string | null;
  /** A single value to be shown large; undefined if the cell's view is another one. */
  readonly value?: Cell;
  readonly drawing: Drawing | null;
  readonly pin: ReportPin | null;
}

export interface ReportPin {
  readonly title: string;
  readonly note: string;
  readonly pinnedAt: string;
  readonly operator: string;
  /** What the same statement gives now. */
  readonly now: { readonly rowCount: number; readonly isSame: boolean };
}

export interface ReportSummary {
  readonly cellCount: number;
  readonly failedCells: number;
  readonly skippedCells: number;
  /** Evidence came in while the report was made. */
  readonly evidenceChanged: boolean;
}

/** Writes a report piece by piece, so that only one table is held at a time. */
export interface ReportWriter {
  cover(cover: ReportCover): string;
  block(block: ReportBlock): string;
  end(summary: ReportSummary): string;
}
