import { caseTables } from '#shared/tables/case-tables.ts';
import { cloudtrailLogs, cloudtrailLogsPartitioned, type View } from '#shared/tables/cloudtrail-logs.ts';
import type { KnownRelation } from './context.ts';
import { typeOfDuckdb } from './duckdb-types.ts';
import { refuse } from './problem.ts';
import type { ScopeColumn, TrailReading } from './scope.ts';
import type { Name } from './syntax.ts';
import { jsonText } from './types.ts';

/** A relation that the caller offers beside the case's tables: a notebook's cell. Types are DuckDB's. */
export interface OfferedRelation {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** The trail under Athena's names. What it is read from shows when all of the statement is translated. */
export interface Trail {
  readonly columns: readonly ScopeColumn[];
  readonly reading: TrailReading;
  readonly viewName: () => string;
}

export function readTrail(): Trail {
  const reading = { usesPartitions: false };
  const view = (): View => (reading.usesPartitions ? cloudtrailLogsPartitioned : cloudtrailLogs);
  const columns = cloudtrailLogsPartitioned.columns.map(({ name, type, isJson, origin }) => ({
    name,
    type: isJson ? jsonText : typeOfDuckdb(type),
    ...(origin === 'derived' ? { reading } : {}),
  }));
  return { columns, reading, viewName: () => view().name };
}

const tables: readonly KnownRelation[] = caseTables.map((table) => ({
  name: table.name,
  columns: columnsOf(table.columns),
}));

function columnsOf(columns: OfferedRelation['columns']): ScopeColumn[] {
  return columns.map(({ name, type }) => ({ name, type: typeOfDuckdb(type) }));
}

export function knownRelations(offered: readonly OfferedRelation[]): readonly KnownRelation[] {
  return [...offered.map(({ name, columns }) => ({ name, columns: columnsOf(columns) })), ...tables];
}

const same = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();

/**
 * What a table's name means: a name that is known, the trail under whatever name its owner gave it, or a plain name that
 * only the caller can know. Refused if it is a table of another database.
 */
export function relationNamed(parts: readonly Name[], known: readonly KnownRelation[]): KnownRelation | 'trail' {
  const last = parts.at(-1)!;
  const isPlain = parts.length === 1;
  const found = isPlain ? known.find(({ name }) => same(name, last.text)) : undefined;
  if (found) return found;
  if (/cloud_?trail|^ct_?logs?$/i.test(last.text)) return 'trail';
  if (isPlain) return { name: last.text, columns: null };
  const place = { offset: parts[0]!.offset, length: last.offset + last.length - parts[0]!.offset };
  return refuse(
    place,
    `A case has no table “${parts.map(({ text }) => text).join('.')}”. The trail’s events are in cloudtrail_logs.`,
  );
}
