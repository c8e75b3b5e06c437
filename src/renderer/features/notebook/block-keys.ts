import type { NotebookBlock } from '#shared/notebook/notebook.ts';

/**
 * A block with what it is known by on the page, whatever happens to the text around it. It stays the same object until its
 * own text changes, so that a key pressed in one cell is work for that cell alone: `block` has its places in the text of
 * that moment; an edit takes them from the notebook.
 */
export interface KeyedBlock<Block extends NotebookBlock = NotebookBlock> {
  readonly key: string;
  readonly block: Block;
  /** The block as it stands in the file. */
  readonly source: string;
}

let lastKey = 0;

/** A key that no block has yet. */
export function newBlockKey(): string {
  lastKey += 1;
  return `block-${lastKey}`;
}

/**
 * Gives the blocks of a changed text the keys of those they were before: what is alike at both ends first, then equal
 * blocks, then cells of the same name, then what is left of each kind in order. An editor keeps its focus and a cell its
 * result that way, also when the file was changed elsewhere.
 */
export function keyBlocks(
  before: readonly KeyedBlock[],
  text: string,
  blocks: readonly NotebookBlock[],
): readonly KeyedBlock[] {
  const sources = blocks.map((block) => text.slice(block.from, block.to));
  const keys: (string | undefined)[] = blocks.map(() => undefined);
  const isAlike = (old: KeyedBlock | undefined, index: number): boolean =>
    old !== undefined && old.block.kind === blocks[index]?.kind && old.source === sources[index];

  let start = 0;
  while (start < blocks.length && isAlike(before[start], start)) {
    keys[start] = before[start]?.key;
    start += 1;
  }
  let end = 0;
  const most = Math.min(before.length, blocks.length) - start;
  while (end < most && isAlike(before[before.length - 1 - end], blocks.length - 1 - end)) {
    keys[blocks.length - 1 - end] = before[before.length - 1 - end]?.key;
    end += 1;
  }

  const left = new Set(before.slice(start, before.length - end));
  const match = (accepts: (old: KeyedBlock, index: number) => boolean): void => {
    for (let index = start; index < blocks.length - end; index += 1) {
      if (keys[index] !== undefined) continue;
      const old = [...left].find((candidate) => accepts(candidate, index));
      if (old === undefined) continue;
      keys[index] = old.key;
      left.delete(old);
    }
  };
  match(isAlike);
  match((old, index) => nameOf(old.block) !== null && nameOf(old.block) === nameOf(blocks[index]));
  match((old, index) => old.block.kind === blocks[index]?.kind);
  const old = new Map(before.map((entry) => [entry.key, entry]));
  return blocks.map((block, index) => entryFor(keys[index] ?? newBlockKey(), block, sources[index] ?? '', old));
}

/** Keys given to blocks in order, where there are as many and of the kinds they were; null if the text came out otherwise. */
export function applyKeys(
  keys: readonly string[],
  before: readonly KeyedBlock[],
  text: string,
  blocks: readonly NotebookBlock[],
): readonly KeyedBlock[] | null {
  if (keys.length !== blocks.length) return null;
  const old = new Map(before.map((entry) => [entry.key, entry]));
  const fits = keys.every((key, index) => (old.get(key)?.block.kind ?? blocks[index]?.kind) === blocks[index]?.kind);
  if (!fits) return null;
  return blocks.map((block, index) =>
    entryFor(keys[index] ?? newBlockKey(), block, text.slice(block.from, block.to), old),
  );
}

/** The entry that was there, if nothing about the block has changed but where it lies. */
function entryFor(
  key: string,
  block: NotebookBlock,
  source: string,
  before: ReadonlyMap<string, KeyedBlock>,
): KeyedBlock {
  const old = before.get(key);
  const isSame = old?.source === source && old.block.kind === block.kind && isSeenAlike(old.block, block);
  return isSame ? old : { key, block, source };
}

/** What other blocks have a say in: a name that is taken is none. */
function isSeenAlike(old: NotebookBlock, block: NotebookBlock): boolean {
  if (old.kind !== 'cell' || block.kind !== 'cell') return true;
  const { problems } = block;
  const isSame = old.problems.length === problems.length && old.problems.every((each, at) => each === problems[at]);
  return isSame && old.name === block.name;
}

function nameOf(block: NotebookBlock | undefined): string | null {
  return block?.kind === 'cell' ? block.name : null;
}
