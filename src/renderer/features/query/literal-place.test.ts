import { describe, expect, it } from 'vitest';
import { sqlTokens } from '#shared/sql/sql-tokens.ts';
import { literalAt } from './literal-place.ts';

/** The literal at the `|`: its column, what is typed and what a value would replace. */
function at(marked: string) {
  const position = marked.indexOf('|');
  const text = marked.replace('|', '');
  const place = literalAt(sqlTokens(text), position);
  return place && { column: place.column, text: place.text, replaced: text.slice(place.from, place.to) };
}
const columnAt = (marked: string): string | null => at(marked)?.column ?? null;

describe('literalAt', () => {
  it('knows the column that a literal is compared with', () => {
    for (const text of [
      `WHERE eventName = 'Put|'`,
      `WHERE EVENTNAME='Put|'`,
      `WHERE e.eventName <> 'Put|'`,
      `WHERE "eventName" != 'Put|'`,
      `WHERE eventName IN ('Put|')`,
      `WHERE eventName NOT IN ('a', 'b', 'Put|', 'c')`,
      `WHERE eventName LIKE 'Put|'`,
      `WHERE eventName NOT ILIKE 'Put|'`,
      `WHERE eventName IS NOT DISTINCT FROM 'Put|'`,
      `WHERE eventName IS DISTINCT FROM 'Put|'`,
      `WHERE eventName ^@ 'Put|'`,
      `WHERE eventName ~ 'Put|'`,
      `WHERE starts_with(e.eventName, 'Put|')`,
      `WHERE list_contains(['a', 'Put|', 'b'], eventName)`,
      `WHERE contains(ARRAY['Put|'], logs.eventname)`,
      `SELECT count(*) FILTER (WHERE eventName = 'Put|') FROM events`,
      `WHERE eventName = 'Put|`,
    ]) {
      expect(at(text), text).toMatchObject({ column: 'eventName', text: 'Put' });
    }
  });

  it('knows columns by Athena’s names and within structs', () => {
    expect(columnAt(`WHERE useridentity.accesskeyid = '|'`)).toBe('accessKeyId');
    expect(columnAt(`WHERE recipientaccountid = '|'`)).toBe('accountId');
    expect(columnAt(`WHERE sourceipaddress = '|'`)).toBe('sourceIPAddress');
  });

  it('keeps still where a literal is no value of a known column', () => {
    for (const text of [
      `SELECT 'Put|'`,
      `WHERE requestParameters->>'$.bucket|' = 'x'`,
      `WHERE requestParameters->>'$.bucket' = 'x|'`,
      `WHERE eventName || 'x|'`,
      `WHERE lower(eventName) = 'put|'`,
      `WHERE coalesce(errorCode, '|')`,
      `WHERE list_contains(['|'], requestParameters)`,
      `WHERE eventName = "Put|"`,
      `WHERE eventName = $$Put|$$`,
      `WHERE eventName = |'Put'`,
      `WHERE eventName = 'Put'|`,
      `-- eventName = 'Put|'`,
    ]) {
      expect(at(text), text).toBeNull();
    }
  });

  it('replaces the value around the cursor, and nothing that quotes without a partner take in', () => {
    expect(at(`WHERE eventName = 'Put|Object' AND true`)).toMatchObject({ text: 'Put', replaced: 'PutObject' });
    expect(at(`WHERE eventName = 'Put| AND eventSource = 'x'`)).toMatchObject({ text: 'Put', replaced: 'Put' });
    expect(at(`WHERE eventName = 'Put|\nORDER BY 1`)).toMatchObject({ text: 'Put', replaced: 'Put' });
  });

  it('reads quotes within the value, and leaves the wildcards of a pattern', () => {
    expect(at(`WHERE actor = 'O''Br|'`)).toMatchObject({ text: `O'Br`, replaced: `O''Br` });
    expect(at(`WHERE eventSource LIKE '%ia|'`)).toMatchObject({ column: 'eventSource', text: 'ia', replaced: 'ia' });
    expect(at(`WHERE actor = E'a|'`)).toMatchObject({ text: 'a', replaced: 'a' });
    expect(at(`WHERE eventSource = '50%|'`)).toMatchObject({ text: '50%', replaced: '50%' });
  });
});
