import { describe, expect, it } from 'vitest';
import { caseTables } from '#shared/tables/case-tables.ts';
import { cloudtrailLogs } from '#shared/tables/cloudtrail-logs.ts';
import { searchTables } from './search-tables.ts';

const names = (search: string): readonly string[] =>
  searchTables(caseTables, search).flatMap((match) =>
    match.columns.map((column) => `${match.table.name}.${column.name}`),
  );

describe('searchTables', () => {
  it('shows everything for an empty search', () => {
    expect(searchTables(caseTables, '  ')).toHaveLength(caseTables.length);
    expect(names('')).toHaveLength(caseTables.reduce((sum, table) => sum + table.columns.length, 0));
  });

  it('finds columns by name whatever the case, across tables', () => {
    expect(names('sourceipaddress')).toContain('events.sourceIPAddress');
    expect(names('SHA256')).toEqual(expect.arrayContaining(['files.sha256', 'files.inflatedSha256']));
  });

  it('needs every word, and finds words of the description', () => {
    expect(names('vpc owner')).toEqual(['events.vpcEndpointAccountId']);
    expect(names('vpc nosuchword')).toEqual([]);
  });

  it('finds columns of a view', () => {
    const [match] = searchTables([cloudtrailLogs], 'EVENTNAME');
    expect(match?.columns.map(({ name }) => name)).toContain('eventname');
  });

  it('shows a whole table whose name matches', () => {
    const match = searchTables(caseTables, 'duplicates').find(({ table }) => table.name === 'duplicates');
    expect(match?.columns).toBe(match?.table.columns);
  });
});
