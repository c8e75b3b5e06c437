import { describe, expect, it } from 'vitest';
import { elementType, shortType, structFields } from './duckdb-type.ts';

describe('DuckDB types', () => {
  it('gives the fields of a struct, nested and oddly named ones too', () => {
    expect(structFields('STRUCT("type" VARCHAR, a STRUCT(b DECIMAL(18,3), c VARCHAR[]), "odd, (name" BIGINT)')).toEqual(
      [
        { name: 'type', type: 'VARCHAR' },
        { name: 'a', type: 'STRUCT(b DECIMAL(18,3), c VARCHAR[])' },
        { name: 'odd, (name', type: 'BIGINT' },
      ],
    );
    expect(structFields('VARCHAR')).toBeNull();
    expect(structFields('STRUCT(a VARCHAR)[]')).toBeNull();
  });

  it('tells lists', () => {
    expect(elementType('STRUCT(a VARCHAR)[]')).toBe('STRUCT(a VARCHAR)');
    expect(elementType('INTEGER[3]')).toBe('INTEGER');
    expect(elementType('INTEGER')).toBeNull();
    expect(shortType('STRUCT(a VARCHAR)[]')).toBe('STRUCT[]');
  });
});
