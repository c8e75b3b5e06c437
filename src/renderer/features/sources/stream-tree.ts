import type { TrailStream } from '#shared/api/index.ts';

export type Tick = 'none' | 'some' | 'all';

export interface TreeLevel {
  readonly name: 'folder' | 'organization' | 'account' | 'kind' | 'region';
  readonly valueOf: (stream: TrailStream) => string;
}

/** A line of the tree: the streams from `start` to `end` (exclusive) of the sorted list. */
export interface TreeRow {
  /** Stable while the tree is searched. */
  readonly id: string;
  readonly level: TreeLevel['name'];
  /** From 0. */
  readonly depth: number;
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  readonly isLeaf: boolean;
  readonly isOpen: boolean;
  /** From 1, among the rows of the same parent. */
  readonly position: number;
  readonly siblings: number;
}

const everyLevel: readonly TreeLevel[] = [
  { name: 'folder', valueOf: trailFolder },
  { name: 'organization', valueOf: ({ organizationId }) => organizationId ?? '' },
  { name: 'account', valueOf: ({ accountId }) => accountId },
  { name: 'kind', valueOf: ({ kind }) => kind },
  { name: 'region', valueOf: ({ region }) => region },
];

/** Where a trail lies in its bucket: the prefix before `AWSLogs/`. */
function trailFolder({ prefix }: TrailStream): string {
  return prefix.slice(0, Math.max(0, prefix.lastIndexOf('AWSLogs/')));
}

/** The levels worth showing: trail folders only where there are several, organizations only where there is one. */
export function levelsFor(streams: readonly TrailStream[]): readonly TreeLevel[] {
  const hasFolders = new Set(streams.map(trailFolder)).size > 1;
  const hasOrganizations = streams.some(({ organizationId }) => organizationId !== null);
  return everyLevel.filter(
    ({ name }) => (name !== 'folder' || hasFolders) && (name !== 'organization' || hasOrganizations),
  );
}

/** Streams in the order of the tree. */
export function sortStreams(streams: readonly TrailStream[]): readonly TrailStream[] {
  const keyed = streams.map((stream) => ({
    stream,
    key: everyLevel.map(({ valueOf }) => valueOf(stream)).join('\0'),
  }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ stream }) => stream);
}

/** Streams in whose names every word of the search occurs. */
export function searchStreams(streams: readonly TrailStream[], search: string): readonly TrailStream[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return streams;
  return streams.filter(({ prefix }) => {
    const text = prefix.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/**
 * The lines that show, `isOpen` telling which nodes are. Only open nodes are looked into, so that a tree of
 * 500 accounts × 17 regions × 5 kinds costs no more than what is seen of it.
 */
export function treeRows(
  sorted: readonly TrailStream[],
  levels: readonly TreeLevel[],
  isOpen: (id: string, depth: number) => boolean,
): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const add = (start: number, end: number, depth: number, parentId: string): void => {
    const level = levels[depth];
    if (level === undefined) return;
    const groups = groupsOf(sorted, start, end, level);
    for (const [index, group] of groups.entries()) {
      const id = `${parentId}/${group.value}`;
      const isLeaf = depth === levels.length - 1;
      const row: TreeRow = {
        ...group,
        id,
        level: level.name,
        depth,
        isLeaf,
        isOpen: !isLeaf && isOpen(id, depth),
        position: index + 1,
        siblings: groups.length,
      };
      rows.push(row);
      if (row.isOpen) add(row.start, row.end, depth + 1, id);
    }
  };
  add(0, sorted.length, 0, '');
  return rows;
}

type Group = Pick<TreeRow, 'value' | 'start' | 'end' | 'firstDay' | 'lastDay'>;

function groupsOf(sorted: readonly TrailStream[], start: number, end: number, level: TreeLevel): readonly Group[] {
  const groups: { value: string; start: number; end: number; firstDay: string | null; lastDay: string | null }[] = [];
  for (let index = start; index < end; index += 1) {
    const stream = sorted[index];
    if (stream === undefined) break;
    const value = level.valueOf(stream);
    let group = groups.at(-1);
    if (group?.value !== value) {
      group = { value, start: index, end: index, firstDay: null, lastDay: null };
      groups.push(group);
    }
    group.end = index + 1;
    group.firstDay = earlier(group.firstDay, stream.firstDay);
    group.lastDay = later(group.lastDay, stream.lastDay);
  }
  return groups;
}

function earlier(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}

function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

/** The days that streams span together; null: all are empty. */
export function daySpan(
  streams: readonly TrailStream[],
): { readonly firstDay: string; readonly lastDay: string } | null {
  let firstDay: string | null = null;
  let lastDay: string | null = null;
  for (const stream of streams) {
    firstDay = earlier(firstDay, stream.firstDay);
    lastDay = later(lastDay, stream.lastDay);
  }
  return firstDay === null || lastDay === null ? null : { firstDay, lastDay };
}
