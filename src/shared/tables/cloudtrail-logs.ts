import type { Column } from './table.ts';

/** A view: each column is an expression over `events`. */
export interface View {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly (Column & { readonly derivation: string })[];
}

const column = (name: string, type: string, derivation: string, description: string) =>
  ({ name, type, derivation, description, origin: 'record' }) as const;

/** `events` under the names and types of AWS's own Athena table. Source: "Create a table for CloudTrail logs in Athena". */
export const cloudtrailLogs: View = {
  name: 'cloudtrail_logs',
  description: 'The events with the column names and types of AWS’s Athena table, so that published queries run.',
  columns: [column('eventname', 'VARCHAR', 'eventName', 'The action requested.')],
};

/** The view as a SELECT, on one line. */
export function cloudtrailLogsSql(): string {
  const columns = cloudtrailLogs.columns.map(({ name, derivation }) => `${derivation} AS "${name}"`);
  return `SELECT ${columns.join(', ')} FROM trailbench.main.events`;
}
