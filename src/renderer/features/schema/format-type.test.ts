import { describe, expect, it } from 'vitest';
import { formatType } from './format-type.ts';

describe('formatType', () => {
  it('leaves plain types alone', () => {
    expect(formatType('TIMESTAMP')).toBe('TIMESTAMP');
    expect(formatType('VARCHAR[]')).toBe('VARCHAR[]');
  });

  it('puts each field of nested structs on its own line', () => {
    expect(formatType('STRUCT(a VARCHAR, b STRUCT(c JSON))[]')).toBe(
      ['STRUCT(', '  a VARCHAR,', '  b STRUCT(', '    c JSON', '  )', ')[]'].join('\n'),
    );
  });
});
