import { cloudtrailLogs, cloudtrailLogsPartitioned } from '#shared/tables/cloudtrail-logs.ts';
import { readTrail, relationNamed } from './catalogue.ts';
import { postpone, type Context } from './context.ts';
import { condition } from './predicates.ts';
import { refuse } from './problem.ts';
import { Scope, type ScopeColumn, type ScopeRelation } from './scope.ts';
import { indented, nameText, type Sql } from './sql-text.ts';
import type { Alias, Expression, Relation } from './syntax.ts';
import { translateExpression } from './translate-expression.ts';
import { translateQuery } from './translate-query.ts';
import { bigint, boolean, describe, isUnknown, timestamp, unknown, type Type } from './types.ts';

/** A relation of FROM as DuckDB writes it, and what names it makes. */
export interface TranslatedRelation {
  readonly text: string;
  readonly relations: readonly ScopeRelation[];
  readonly merged: readonly string[];
}

/** All relations of FROM; each may look back at those before it where SQL lets it. */
export function translateFrom(from: readonly Relation[], context: Context): TranslatedRelation {
  let whole: TranslatedRelation = { text: '', relations: [], merged: [] };
  for (const relation of from) {
    const next = translateRelation(relation, context, whole);
    whole = {
      text: whole.text === '' ? next.text : `${whole.text},\n  ${next.text}`,
      relations: [...whole.relations, ...next.relations],
      merged: [...whole.merged, ...next.merged],
    };
  }
  const names = whole.relations.flatMap(({ name }) => (name === null ? [] : [name.toLowerCase()]));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) refuse(from[0]!, `Two relations here are called “${twice}”. Give one another alias.`);
  return whole;
}

type Before = Pick<TranslatedRelation, 'relations' | 'merged'>;

function translateRelation(relation: Relation, context: Context, before: Before): TranslatedRelation {
  const lateral = (): Context => ({ ...context, scope: new Scope(context.scope, before.relations, before.merged) });
  switch (relation.kind) {
    case 'table':
      return translateTable(relation, context);
    case 'lake':
      return translateLake(relation, context);
    case 'query': {
      const { text, columns } = translateQuery(relation.query, relation.isLateral ? lateral() : context);
      const word = relation.isLateral ? 'LATERAL ' : '';
      return named(`${word}(\n  ${indented(text)}\n)`, relation.alias, columns, relation.alias?.name.text ?? null);
    }
    case 'unnest':
      return translateUnnest(relation, lateral());
    case 'join':
      return translateJoin(relation, context, before);
  }
}

function translateTable(relation: Extract<Relation, { kind: 'table' }>, context: Context): TranslatedRelation {
  const written = relation.parts.at(-1)!.text;
  const found = relationNamed(relation.parts, [...context.ctes, ...context.offered]);
  const outcome =
    found === 'trail'
      ? translateTrail(relation, written, context)
      : named(nameText(found.name), relation.alias, found.columns, relation.alias?.name.text ?? null);
  const qualifiers = relation.alias ? [relation.alias.name.text] : relation.parts.map(({ text }) => text);
  const name = relation.alias?.name.text ?? written;
  return { ...outcome, relations: [{ ...outcome.relations[0]!, name, qualifiers }] };
}

function translateTrail(
  relation: Extract<Relation, { kind: 'table' }>,
  written: string,
  context: Context,
): TranslatedRelation {
  const { columns, reading, viewName } = readTrail();
  const shown = relation.parts.map(({ text }) => text).join('.');
  if (shown.toLowerCase() === cloudtrailLogsPartitioned.name) reading.usesPartitions = true;
  else if (shown.toLowerCase() !== cloudtrailLogs.name)
    context.notes.add(`“${shown}” is read as cloudtrail_logs, the events of this case.`);
  const alias = relation.alias?.name.text ?? written;
  const outcome = named('', relation.alias, columns, alias);
  const view = postpone(context, () => {
    const name = viewName();
    return relation.alias || name !== alias.toLowerCase() ? `${name}${outcome.text}` : name;
  });
  return { ...outcome, text: view };
}

/** CloudTrail Lake has the same fields, some with other types. */
function translateLake(relation: Extract<Relation, { kind: 'lake' }>, context: Context): TranslatedRelation {
  context.notes.add(
    `“${relation.name}” is read as the events of this case, with CloudTrail Lake’s types for eventTime, readOnly and managementEvent. Its maps (requestParameters …) are JSON text here: json_extract_scalar(requestparameters, '$.name').`,
  );
  const replaced: readonly (readonly [string, string, Type])[] = [
    ['eventtime', 'TRY_CAST(eventtime AS TIMESTAMP)', timestamp],
    ['readonly', `readonly = 'true'`, boolean],
    ['managementevent', `managementevent = 'true'`, boolean],
  ];
  const columns = readTrail().columns.flatMap((column) => {
    const type = replaced.find(([name]) => name === column.name)?.[2];
    return column.reading ? [] : [{ ...column, type: type ?? column.type }];
  });
  const list = replaced.map(([name, text]) => `${text} AS ${name}`).join(', ');
  return named(
    `(SELECT * REPLACE (${list}) FROM cloudtrail_logs)`,
    relation.alias,
    columns,
    relation.alias?.name.text ?? 'event_data_store',
  );
}

function named(
  text: string,
  alias: Alias | null,
  columns: readonly ScopeColumn[] | null,
  name: string | null,
): TranslatedRelation {
  const list = alias && alias.columns.length > 0 ? alias.columns : null;
  const count = columns?.filter(({ reading }) => !reading || reading.usesPartitions).length;
  if (list && count !== undefined && list.length !== count) {
    refuse(alias!.name, `“${alias!.name.text}” names ${list.length} columns; there are ${count}.`);
  }
  const renamed = list
    ? list.map(({ text: column }, index) => ({ name: column, type: columns?.[index]?.type ?? unknown }))
    : columns;
  const suffix =
    name === null
      ? ''
      : ` AS ${nameText(name)}${list ? `(${list.map((column) => nameText(column.text)).join(', ')})` : ''}`;
  const relation: ScopeRelation = { name, qualifiers: name === null ? [] : [name], columns: renamed };
  return { text: text + suffix, relations: [relation], merged: [] };
}

interface UnnestColumn {
  readonly name: string | null;
  readonly text: string;
  readonly type: Type;
}

/**
 * UNNEST as a lateral subquery: lists side by side. Of a list of rows Athena makes one column, or one for each field: as many
 * as are named.
 */
function translateUnnest(relation: Extract<Relation, { kind: 'unnest' }>, context: Context): TranslatedRelation {
  const lists = relation.arguments.map((argument) => ({ argument, sql: translateExpression(argument, context) }));
  const item = (index: number) => (lists.length === 1 ? 'item' : `item${index + 1}`);
  const items = lists.map(
    ({ sql }, index) => `unnest(${sql.type.kind === 'map' ? `map_entries(${sql.text})` : sql.text}) AS ${item(index)}`,
  );
  const ordinality: UnnestColumn[] = relation.withOrdinality
    ? [{ name: 'ordinality', text: 'ordinality', type: bigint }]
    : [];
  if (relation.withOrdinality) items.push(ordinalityText(lists.map(({ sql }) => sql)));
  const columnsWith = (isExpanded: boolean) => [
    ...lists.flatMap(({ argument, sql }, index) => elementColumns(argument, item(index), sql, isExpanded)),
    ...ordinality,
  ];
  const given = relation.alias?.columns ?? [];
  const columns = [columnsWith(false), columnsWith(true)].find(({ length }) => length === given.length);
  const whole = columnsWith(true);
  if (!columns && (given.length > 0 || columnsWith(false).length < whole.length)) {
    refuse(
      relation,
      `Name what UNNEST makes: AS t(${whole.map(({ name }, index) => name ?? `column${index + 1}`).join(', ')})${columnsWith(false).length < whole.length ? ', or AS t(r) and then r.name' : ''}.`,
    );
  }
  const made = (columns ?? whole).map((column, index) => ({
    ...column,
    name: given[index]?.text ?? column.name ?? `_col${index}`,
  }));
  const list = made.map(({ name, text }) => `${text} AS ${nameText(name)}`).join(', ');
  const name = relation.alias?.name.text ?? 'unnested';
  const text = `LATERAL (SELECT ${list} FROM (SELECT ${items.join(', ')})) AS ${nameText(name)}`;
  return { text, relations: [{ name, qualifiers: [name], columns: made }], merged: [] };
}

function elementColumns(argument: Expression, item: string, { type }: Sql, isExpanded: boolean): UnnestColumn[] {
  if (type.kind === 'map') {
    return [
      { name: 'key', text: `${item}.key`, type: type.key },
      { name: 'value', text: `${item}.value`, type: type.value },
    ];
  }
  if (type.kind !== 'array') return refuse(argument, notAList(type));
  const { element } = type;
  if (element.kind !== 'row' || !isExpanded) return [{ name: null, text: item, type: element }];
  return element.fields.map((field) => ({
    name: field.name,
    text: `${item}.${nameText(field.name ?? '')}`,
    type: field.type,
  }));
}

function notAList(type: Type): string {
  if (isUnknown(type)) return 'What is in this column is not known here: cast it, e.g. CAST(… AS array(varchar)).';
  const hint =
    type.kind === 'json' || type.kind === 'jsonText' || type.kind === 'varchar'
      ? ' JSON is cast first: CAST(json_extract(…) AS array(json)).'
      : '';
  return `UNNEST takes arrays and maps; this is ${describe(type)}.${hint}`;
}

/** Numbers from 1 as long as the longest list is. */
function ordinalityText(lists: readonly Sql[]): string {
  const lengths = lists.map((list) =>
    list.type.kind === 'map' ? `CAST(cardinality(${list.text}) AS BIGINT)` : `len(${list.text})`,
  );
  const longest = lengths.length === 1 ? lengths[0]! : `greatest(${lengths.join(', ')})`;
  return `unnest(generate_series(1, ${longest})) AS ordinality`;
}

function translateJoin(
  relation: Extract<Relation, { kind: 'join' }>,
  context: Context,
  before: Before,
): TranslatedRelation {
  const left = translateRelation(relation.left, context, before);
  const seen = { relations: [...before.relations, ...left.relations], merged: [...before.merged, ...left.merged] };
  const right = translateRelation(relation.right, context, seen);
  const rightText = relation.right.kind === 'join' ? `(${right.text})` : right.text;
  const isUnnest = relation.right.kind === 'unnest' || (relation.right.kind === 'query' && relation.right.isLateral);
  if (isUnnest && (relation.type === 'RIGHT' || relation.type === 'FULL')) {
    refuse(relation.right, 'UNNEST stands after CROSS JOIN, or LEFT JOIN … ON true.');
  }
  const relations = [...left.relations, ...right.relations];
  const merged = [...left.merged, ...right.merged, ...relation.using.map(({ text }) => text)];
  const words = relation.type === 'INNER' ? 'JOIN' : `${relation.type} JOIN`;
  const scope = new Scope(context.scope, [...before.relations, ...relations], [...before.merged, ...merged]);
  const on = relation.on ? ` ON ${condition(relation.on, { ...context, scope }).text}` : '';
  const using =
    relation.using.length > 0 ? ` USING (${relation.using.map(({ text }) => nameText(text)).join(', ')})` : '';
  return { text: `${left.text}\n${words} ${rightText}${on}${using}`, relations, merged };
}
