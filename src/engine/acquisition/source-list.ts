import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import type {
  ArchivedObject,
  EvidenceSource,
  FetchProblem,
  FetchRequest,
  FetchRun,
  FetchState,
  ProofDocument,
  SourceKind,
} from '#shared/api/acquisition.ts';

type Row = Record<string, unknown>;

async function rows(connection: DuckDBConnection, sql: string, values: DuckDBValue[] = []): Promise<Row[]> {
  return (await connection.runAndReadAll(sql, values)).getRowObjects();
}

const text = (value: unknown): string | null => (value == null ? null : String(value));
const texts = (value: unknown): string[] => JSON.parse(String(value ?? '[]')) as string[];

const fetchColumns = `* REPLACE (startedAt::VARCHAR AS startedAt, finishedAt::VARCHAR AS finishedAt,
  request::VARCHAR AS request, to_json(hosts)::VARCHAR AS hosts, to_json(notes)::VARCHAR AS notes)`;

function fetchRun(row: Row): FetchRun {
  const number = (name: string) => Number(row[name] ?? 0);
  return {
    fetchId: number('fetchId'),
    sourceId: number('sourceId'),
    importId: row['importId'] == null ? null : number('importId'),
    startedAt: String(row['startedAt']),
    finishedAt: text(row['finishedAt']),
    state: String(row['state']) as FetchState,
    request: JSON.parse(String(row['request'])) as FetchRequest,
    operator: String(row['operator']),
    principalArn: text(row['principalArn']),
    principalAccountId: text(row['principalAccountId']),
    clockSkewMs: row['clockSkewMs'] == null ? null : number('clockSkewMs'),
    summary: {
      objectsSelected: number('objectsSelected'),
      bytesSelected: number('bytesSelected'),
      objectsDownloaded: number('objectsDownloaded'),
      bytesDownloaded: number('bytesDownloaded'),
      objectsUnchanged: number('objectsUnchanged'),
      objectsFailed: number('objectsFailed'),
      problems: number('problems'),
      requests: number('requests'),
      retries: number('retries'),
      elapsedMs: number('elapsedMs'),
    },
    hosts: texts(row['hosts']),
    notes: texts(row['notes']),
    error: text(row['error']),
  };
}

/** Sources of the case, the last used first. */
export async function listSourcesOfCase(connection: DuckDBConnection): Promise<EvidenceSource[]> {
  const sources = await rows(
    connection,
    `SELECT sources.* REPLACE (createdAt::VARCHAR AS createdAt), coalesce(fetchCount, 0)::DOUBLE AS fetchCount,
       coalesce(objects, downloaded, 0)::DOUBLE AS objects, coalesce(bytes, downloadedBytes, 0)::DOUBLE AS bytes, lastFetchId
     FROM sources
     LEFT JOIN (SELECT sourceId, count(*) AS fetchCount, max(fetchId) AS lastFetchId,
         sum(objectsDownloaded) AS downloaded, sum(bytesDownloaded) AS downloadedBytes FROM fetches GROUP BY sourceId)
       USING (sourceId)
     LEFT JOIN (SELECT sourceId, count(*) AS objects, sum(sizeBytes) AS bytes FROM s3_objects GROUP BY sourceId)
       USING (sourceId)
     ORDER BY lastFetchId DESC`,
  );
  const last = await rows(
    connection,
    `SELECT ${fetchColumns} FROM fetches WHERE fetchId IN (SELECT max(fetchId) FROM fetches GROUP BY sourceId)`,
  );
  const lastOf = new Map(last.map(fetchRun).map((run) => [run.sourceId, run]));
  return sources.map((row) => ({
    sourceId: Number(row['sourceId']),
    kind: String(row['kind']) as SourceKind,
    url: String(row['url']),
    profile: text(row['profile']),
    region: text(row['region']),
    endpointUrl: text(row['endpointUrl']),
    createdAt: String(row['createdAt']),
    objects: Number(row['objects']),
    bytes: Number(row['bytes']),
    fetchCount: Number(row['fetchCount']),
    lastFetch: lastOf.get(Number(row['sourceId'])) ?? null,
  }));
}

/** Fetches of one source, newest first. */
export async function listFetches(connection: DuckDBConnection, sourceId: number): Promise<FetchRun[]> {
  const sql = `SELECT ${fetchColumns} FROM fetches WHERE sourceId = $1 ORDER BY fetchId DESC`;
  return (await rows(connection, sql, [sourceId])).map(fetchRun);
}

interface PageOfSource {
  readonly sourceId: number;
  readonly offset: number;
  readonly limit: number;
  readonly search?: string | undefined;
}

/** Archived objects of one source, by key. */
export async function listObjectsOfSource(
  connection: DuckDBConnection,
  { sourceId, offset, limit, search }: PageOfSource,
): Promise<{ total: number; objects: ArchivedObject[] }> {
  const where = 'sourceId = $1 AND ($2::VARCHAR IS NULL OR contains(lower(key), lower($2)))';
  const values = [sourceId, search || null];
  const [count] = await rows(connection, `SELECT count(*)::DOUBLE AS total FROM s3_objects WHERE ${where}`, values);
  const page = await rows(
    connection,
    `SELECT * EXCLUDE (sourceId, metadata, kmsKeyId, storageClass)
       REPLACE (sizeBytes::DOUBLE AS sizeBytes, lastModifiedAt::VARCHAR AS lastModifiedAt,
         downloadedAt::VARCHAR AS downloadedAt, to_json(verifiedBy)::VARCHAR AS verifiedBy)
     FROM s3_objects WHERE ${where} ORDER BY key, versionId, storedPath LIMIT $3 OFFSET $4`,
    [...values, limit, offset],
  );
  const objects = page.map((row) => ({ ...row, verifiedBy: texts(row['verifiedBy']) }) as unknown as ArchivedObject);
  return { total: Number(count!['total']), objects };
}

/** What could not be had from one source, newest fetch first. */
export async function listProblems(
  connection: DuckDBConnection,
  { sourceId, offset, limit }: PageOfSource,
): Promise<{ total: number; problems: FetchProblem[] }> {
  const from = 'FROM fetch_problems JOIN fetches USING (fetchId) WHERE sourceId = $1';
  const [count] = await rows(connection, `SELECT count(*)::DOUBLE AS total ${from}`, [sourceId]);
  const page = await rows(
    connection,
    `SELECT fetchId, key, versionId, action, code, reason, occurredAt::VARCHAR AS occurredAt ${from}
     ORDER BY fetchId DESC, key, versionId LIMIT $2 OFFSET $3`,
    [sourceId, limit, offset],
  );
  return { total: Number(count!['total']), problems: page as unknown as FetchProblem[] };
}

/** What was saved for later proof, newest fetch first. */
export async function listProof(connection: DuckDBConnection, sourceId: number): Promise<ProofDocument[]> {
  const found = await rows(
    connection,
    `SELECT fetchId, subject, proof_documents.region, resource, proof_documents.state, detail, storedPath, sha256,
       fetchedAt::VARCHAR AS fetchedAt
     FROM proof_documents JOIN fetches USING (fetchId) WHERE sourceId = $1
     ORDER BY fetchId DESC, subject, proof_documents.region, resource`,
    [sourceId],
  );
  return found as unknown as ProofDocument[];
}
