import {
  fetchesTable,
  fetchProblemsTable,
  objectVersionsTable,
  proofDocumentsTable,
  s3ObjectsTable,
  sourcesTable,
} from './acquisition.ts';
import { eventsTable } from './events.ts';
import {
  aggregatedEventsTable,
  custodyTable,
  duplicatesTable,
  filesTable,
  importsTable,
  insightsTable,
  rejectedTable,
  sightingsTable,
} from './ledger.ts';
import { pinnedResultsTable, pinnedRowsTable } from './pins.ts';
import type { Table } from './table.ts';

/** Every relation of a case that a user's SQL may read, in the order the schema page shows them. */
export const caseTables: readonly Table[] = [
  eventsTable,
  filesTable,
  duplicatesTable,
  rejectedTable,
  insightsTable,
  aggregatedEventsTable,
  importsTable,
  sightingsTable,
  sourcesTable,
  fetchesTable,
  s3ObjectsTable,
  objectVersionsTable,
  fetchProblemsTable,
  proofDocumentsTable,
  pinnedResultsTable,
  pinnedRowsTable,
  custodyTable,
];
