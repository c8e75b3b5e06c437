import { createHash } from 'node:crypto';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { Pin } from '#shared/api/pins.ts';
import type { ResultOrigin } from '#engine/query/statement.ts';

/**
 * The named results that a result read, and those that they read, each before its readers. Throws BAD_INPUT if two that
 * differ have the same name: the cell was changed after another one had read it.
 */
export function upstreamOf(origin: ResultOrigin): Pin['upstream'] {
  const keys = new Map<ResultOrigin, string>();
  const found = new Map<string, { readonly key: string; readonly statement: Pin['upstream'][number] }>();

  function visit(reader: ResultOrigin): string {
    const seen = keys.get(reader);
    if (seen !== undefined) return seen;
    const read = reader.relations.map(({ name, origin: each }) => {
      const key = visit(each);
      const known = found.get(name.toLowerCase());
      if (known && known.key !== key) throw changedMeanwhile(name);
      const { sql, dialect, translatedSql, parameters } = each;
      if (!known) found.set(name.toLowerCase(), { key, statement: { name, sql, dialect, translatedSql, parameters } });
      return [name.toLowerCase(), key];
    });
    const identity = JSON.stringify([reader.sql, reader.dialect, reader.parameters, read]);
    const key = createHash('sha256').update(identity).digest('hex');
    keys.set(reader, key);
    return key;
  }

  visit(origin);
  return [...found.values()].map(({ statement }) => statement);
}

/** The stamps of the evidence that a result came from, its own and those of what it read. */
export function evidenceStampsOf(origin: ResultOrigin): ReadonlySet<string> {
  const seen = new Set<ResultOrigin>();
  const pending = [origin];
  for (let next = pending.pop(); next; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    pending.push(...next.relations.map((relation) => relation.origin));
  }
  return new Set([...seen].map((each) => each.evidenceStamp));
}

function changedMeanwhile(name: string): TrailbenchError {
  return new TrailbenchError(
    'BAD_INPUT',
    `The cell “${name}” was changed after another one had read it, so this result belongs to no state of the notebook. Run the notebook again, then pin.`,
  );
}
