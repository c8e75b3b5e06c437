import type { DuckDBConnection } from '@duckdb/node-api';
import type { ExportFormat } from '#shared/api/query.ts';
import { quoteIdentifier } from '#shared/tables/table.ts';
import { textSql, type StoredColumn } from './result-store.ts';

export interface RowsToExport {
  readonly columns: readonly StoredColumn[];
  /** SQL of a relation with `position` (from 1), `c0`, `c1` … */
  readonly relation: string;
  readonly isGuarded: boolean;
  /** See `decimalColumns`; for Parquet. */
  readonly decimals: ReadonlySet<number>;
}

/** The statement that writes the rows to `path`; of `json` all but the closing bracket. */
export function copySql(format: ExportFormat, rows: RowsToExport, path: string): string {
  const target = `'${path.replaceAll("'", "''")}'`;
  if (format === 'parquet') return `COPY (${parquetRows(rows)}) TO ${target} (FORMAT parquet, COMPRESSION zstd)`;
  // Lines as they are: no quotes of DuckDB's own, and no delimiter, for there is but one column.
  const lines = `SELECT line FROM (${linesOf[format](rows)}) ORDER BY position`;
  return `COPY (${lines}) TO ${target} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001', NULLSTR '')`;
}

const linesOf = {
  csv: ({ columns, relation, isGuarded }: RowsToExport): string => {
    const header = uniqueNames(columns).map((name) => quotedField(literal(name), isGuarded));
    const fields = columns.map((column, index) => csvField(column, index, columns.length === 1, isGuarded));
    // With the line feed that DuckDB writes it is RFC 4180's end of a line.
    const line = (parts: readonly string[]): string => `concat(${parts.join(", ',', ")}, chr(13))`;
    return `SELECT 0 AS position, ${line(header)} AS line UNION ALL SELECT position, ${line(fields)} FROM ${relation}`;
  },
  ndjson: (rows: RowsToExport): string => `SELECT position, ${jsonObject(rows)} AS line FROM ${rows.relation}`,
  json: (rows: RowsToExport): string =>
    `SELECT position, concat(CASE WHEN position = 1 THEN '[' ELSE ',' END, ${jsonObject(rows)}) AS line FROM ${rows.relation}`,
};

/** Written plain; everything else is text, in quotes. */
const plainInCsv =
  /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|UINTEGER|FLOAT|DOUBLE|DECIMAL\(.*|BOOLEAN|DATE|TIME.*|UUID)$/;

/** NULL is nothing, an empty text is `""`. In a result of one column NULL is `""` too: readers skip empty lines. */
function csvField(column: StoredColumn, index: number, isOnly: boolean, isGuarded: boolean): string {
  const text = textSql(column, index);
  const field = plainInCsv.test(column.type) ? text : quotedField(text, isGuarded);
  return `coalesce(${field}, '${isOnly ? '""' : ''}')`;
}

/** What a spreadsheet takes for the beginning of a formula, in full width too. */
const formulaStarts = [...'=+-@＝＋－＠'].map(literal).concat('chr(9)', 'chr(10)', 'chr(13)').join(', ');

function quotedField(text: string, isGuarded: boolean): string {
  const quoted = `replace(${text}, '"', '""')`;
  const guard = isGuarded ? `CASE WHEN left(${text}, 1) IN (${formulaStarts}) THEN '''' ELSE '' END || ` : '';
  return `'"' || ${guard}${quoted} || '"'`;
}

function jsonObject({ columns }: RowsToExport): string {
  const members = uniqueNames(columns).map((name, index) => {
    const key = literal(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
    const column = columns[index];
    return `${key}, coalesce(${column ? jsonValue(column, index) : 'NULL'}, 'null')`;
  });
  return `concat(${members.join(', ')}, '}')`;
}

/** Numbers with all their digits; what JSON has no number for (NaN, infinities) as text. */
function jsonValue(column: StoredColumn, index: number): string {
  const text = textSql(column, index);
  const asText = `CAST(to_json(${text}) AS VARCHAR)`;
  if (/^(?:FLOAT|DOUBLE)$/.test(column.type)) return `CASE WHEN isfinite(c${index}) THEN ${text} ELSE ${asText} END`;
  if (/^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|UINTEGER|DECIMAL\(.*|BOOLEAN)$/.test(column.type)) return text;
  if (column.encoding !== 'json') return asText;
  // JSON text may be laid out in lines; within its strings they can't be. DuckDB also takes NaN for JSON.
  const withoutStrings = `regexp_replace(${text}, '"(?:[^"\\\\]|\\\\.)*"', '', 'g')`;
  const isJson = `json_valid(${text}) AND NOT (regexp_matches(${text}, '(?i)nan|inf') AND regexp_matches(${withoutStrings}, '(?i)nan|inf'))`;
  return `CASE WHEN ${isJson} THEN translate(${text}, concat(chr(10), chr(13), chr(9)), '   ') ELSE ${asText} END`;
}

/** Types that Parquet has none for, or one that loses digits, are written as text; nested ones as JSON text. */
function parquetRows({ columns, relation, decimals }: RowsToExport): string {
  const names = uniqueNames(columns);
  const named = columns.map((column, index) => {
    const isLossy = /\b(?:U?HUGEINT|INTERVAL|BIT|UNION|BIGNUM|TIME WITH TIME ZONE)\b/.test(column.type);
    const lossless = decimals.has(index) ? `CAST(c${index} AS DECIMAL(38, 0))` : textSql(column, index);
    return `${isLossy ? lossless : `c${index}`} AS ${quoteIdentifier(names[index] ?? '')}`;
  });
  return `SELECT ${named.join(', ')} FROM ${relation} ORDER BY position`;
}

/** Columns of 128 bits (such as sums) whose values all have at most 38 digits: Parquet has decimals for them. */
export async function decimalColumns(
  connection: DuckDBConnection,
  columns: readonly StoredColumn[],
  relation: string,
): Promise<ReadonlySet<number>> {
  const wide = columns.flatMap(({ type }, index) => (/^U?HUGEINT$/.test(type) ? [index] : []));
  if (wide.length === 0) return new Set();
  const checks = wide.map((index) => `count(c${index}) = count(TRY_CAST(c${index} AS DECIMAL(38, 0)))`);
  const reader = await connection.runAndReadAll(`SELECT ${checks.join(', ')} FROM ${relation}`);
  const fits = reader.getRows()[0] ?? [];
  return new Set(wide.filter((_, at) => fits[at] === true));
}

/** A second column of a name becomes `name_1`, as DuckDB calls it too; capitals and small letters are alike to it. */
function uniqueNames(columns: readonly { readonly name: string }[]): readonly string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let unique = name === '' ? 'column' : name;
    for (let number = 1; taken.has(unique.toLowerCase()); number += 1) unique = `${name}_${number}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
