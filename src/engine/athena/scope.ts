import { refuse } from './problem.ts';
import type { Name } from './syntax.ts';
import { unknown, type Type } from './types.ts';

export interface ScopeColumn {
  readonly name: string;
  readonly type: Type;
  /** Of a partition column, which not every trail's table has: any other column of its name comes first. */
  readonly reading?: TrailReading;
}

/** A place where the statement reads the trail; with partitions only if it names one. */
export interface TrailReading {
  usesPartitions: boolean;
}

/** A relation in FROM. */
export interface ScopeRelation {
  /** Its alias or the table's name, as it is printed. */
  readonly name: string | null;
  /** All that Athena would let stand before a column's name: catalogue, database, table. */
  readonly qualifiers: readonly string[];
  /** Null if they are not known: of a notebook's cell. */
  readonly columns: readonly ScopeColumn[] | null;
}

export interface Resolved {
  /** The name to print. */
  readonly parts: readonly string[];
  /** The relation's name, if it has one, where `parts` leaves it out. */
  readonly relation: string | null;
  /** How many of the given names it took; the others are fields. */
  readonly taken: number;
  readonly type: Type;
}

const equal = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

/** What names mean at a place in the statement. */
export class Scope {
  readonly relations: readonly ScopeRelation[];
  readonly outer: Scope | null;
  /** Columns that a JOIN … USING made one. */
  readonly merged: readonly string[];
  /** Parameters of a lambda; such a scope has no relations. */
  readonly parameters: readonly ScopeColumn[];

  constructor(
    outer: Scope | null,
    relations: readonly ScopeRelation[] = [],
    merged: readonly string[] = [],
    parameters: readonly ScopeColumn[] = [],
  ) {
    this.outer = outer;
    this.relations = relations;
    this.merged = merged;
    this.parameters = parameters;
  }

  /** Throws SQL_REFUSED if there is no such column, or more than one. */
  resolve(names: readonly Name[]): Resolved {
    let isUncertain = false;
    for (let scope: Scope | null = this; scope; scope = scope.outer) {
      const found = scope.#resolveHere(names);
      if (found) return found;
      isUncertain ||= scope.relations.some((relation) => relation.columns === null);
    }
    if (isUncertain) return { parts: [names[0]!.text], relation: null, taken: 1, type: unknown };
    return this.#refuseMissing(names[0]!);
  }

  #resolveHere(names: readonly Name[]): Resolved | null {
    const first = names[0]!;
    const parameter = this.parameters.find(({ name }) => equal(name, first.text));
    if (parameter) return { parts: [parameter.name], relation: null, taken: 1, type: parameter.type };
    for (const relation of this.relations) {
      const found = resolveQualified(relation, names);
      if (found) return found;
    }
    const all = this.relations.flatMap((relation) =>
      (relation.columns ?? []).flatMap((column) => (equal(column.name, first.text) ? [{ relation, column }] : [])),
    );
    const own = all.filter(({ column }) => !column.reading);
    const hits = own.length > 0 ? own : all;
    const isMerged = this.merged.some((name) => equal(name, first.text));
    if (hits.length > 1 && !isMerged) {
      refuse(first, `More than one relation has a column “${first.text}”: put the relation’s name before it.`);
    }
    const hit = hits[0];
    if (!hit) return null;
    if (hit.column.reading) hit.column.reading.usesPartitions = true;
    const name = isMerged ? null : hit.relation.name;
    // DuckDB would take a name that is also a relation's for the relation.
    const isRelation = this.relations.some((relation) => relation.name !== null && equal(relation.name, first.text));
    const isQualified = name !== null && (all.length > hits.length || isRelation);
    const parts = isQualified ? [name, first.text] : [first.text];
    return { parts, relation: isQualified ? null : name, taken: 1, type: hit.column.type };
  }

  #refuseMissing(name: Name): never {
    const known = this.relations.flatMap((relation) => relation.columns?.map((column) => column.name) ?? []);
    const similar = known.find((column) => equal(column.replaceAll('_', ''), name.text.replaceAll('_', '')));
    const isPartition = /^(?:dt|date|p?date|event_?date|account_?id|partition_\d|hour)$/i.test(name.text);
    const hint = similar
      ? ` Is ${similar} meant?`
      : isPartition && known.includes('eventtime')
        ? ' The partition columns of AWS’s own tables are here: account, region, timestamp (2023/07/10), year, month and day.'
        : ' Athena does not see a column’s alias in WHERE, GROUP BY and HAVING; text is written in single quotes.';
    return refuse(name, `There is no column “${name.text}” here.${hint}`);
  }
}

/** `alias.column`, `table.column`, `database.table.column`. */
function resolveQualified(relation: ScopeRelation, names: readonly Name[]): Resolved | null {
  const { name, qualifiers, columns } = relation;
  if (name === null) return null;
  for (let count = Math.min(qualifiers.length, names.length - 1); count > 0; count--) {
    const suffix = qualifiers.slice(-count);
    if (!suffix.every((qualifier, index) => equal(qualifier, names[index]!.text))) continue;
    const column = names[count]!;
    const found = columns?.find((candidate) => equal(candidate.name, column.text));
    if (found?.reading) found.reading.usesPartitions = true;
    if (found || columns === null) {
      return { parts: [name, column.text], relation: null, taken: count + 1, type: found?.type ?? unknown };
    }
  }
  return null;
}
