import type { Api, NotebookReference } from '#shared/api/index.ts';
import { bindParameters, parametersOf, type BoundParameters, type CaseSpan } from '#shared/notebook/bind-parameters.ts';
import type { CellBlock, NotebookParameter } from '#shared/notebook/notebook.ts';
import type { CatalogueTable } from '../query/sql-catalogue.ts';
import type { KeyedBlock } from './block-keys.ts';
import { CellRuns } from './cell-runs.svelte.ts';
import { NotebookDocument } from './notebook-document.svelte.ts';
import { NotebookFileState } from './notebook-file.svelte.ts';
import { TypedParameters } from './typed-parameters.svelte.ts';

export interface NotebookSessionParts {
  readonly api: Api;
  readonly reference: NotebookReference;
  readonly casePath: string;
  readonly span: () => CaseSpan;
  /** Grows with every change of the evidence. */
  readonly evidence: () => number;
  readonly storage?: Storage;
}

/** A cell that later ones can read, as the editor offers it. */
export interface NamedCell extends CatalogueTable {
  readonly key: string;
}

/** The page's work on one notebook: its text, the file behind it, what is typed for its parameters, what its cells gave. */
export class NotebookSession {
  readonly reference: NotebookReference;
  readonly document: NotebookDocument;
  readonly file: NotebookFileState;
  readonly typed: TypedParameters;
  readonly runs: CellRuns;
  readonly cells: readonly KeyedBlock<CellBlock>[] = $derived.by(() => cellsAmong(this.document.blocks));
  /** As JSON, so that what depends on it rests while only SQL is typed. */
  readonly #parameters = $derived.by(() => JSON.stringify(parametersOf(this.document.notebook)));
  readonly parameters: readonly NotebookParameter[] = $derived.by(
    () => JSON.parse(this.#parameters) as NotebookParameter[],
  );
  readonly bound: BoundParameters = $derived.by(() => bindParameters(this.parameters, this.typed.texts, this.#span()));
  readonly #named = $derived.by(() => JSON.stringify(this.#namedCells()));
  /** Named cells in order, with the columns of their last result. */
  readonly named: readonly NamedCell[] = $derived.by(() => JSON.parse(this.#named) as NamedCell[]);
  readonly #span: () => CaseSpan;

  constructor({ api, reference, casePath, span, evidence, storage = localStorage }: NotebookSessionParts) {
    this.reference = reference;
    this.#span = span;
    this.document = new NotebookDocument(() => this.file.edited());
    this.file = new NotebookFileState({
      ...{ api, storage, casePath, reference },
      text: () => this.document.text,
      show: (text) => this.document.show(text),
    });
    this.typed = new TypedParameters(storage, casePath, reference.place, reference.name);
    this.runs = new CellRuns({ api, cells: () => this.cells, parameters: () => this.bound, evidence });
  }

  get isReadOnly(): boolean {
    return this.file.isReadOnly;
  }

  /** The title to show; the file's name where the notebook has none. */
  get title(): string {
    return this.document.notebook.title?.trim() || this.reference.name.replace(/\.md$/i, '');
  }

  #namedCells(): readonly NamedCell[] {
    return this.cells.flatMap(({ key, block: { name } }) => {
      if (name === null) return [];
      const columns = this.runs.runOf(key).view?.result.columns ?? [];
      return [{ key, name, columns: columns.map((column) => ({ name: column.name, type: column.type })) }];
    });
  }

  /** Leaving the page: saves, and ends what it started. */
  close(): void {
    this.document.finishDraft();
    this.file.close();
    this.runs.close();
  }
}

function cellsAmong(blocks: readonly KeyedBlock[]): readonly KeyedBlock<CellBlock>[] {
  return blocks.filter((entry): entry is KeyedBlock<CellBlock> => entry.block.kind === 'cell');
}
