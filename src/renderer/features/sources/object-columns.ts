import type { ArchivedObject } from '#shared/api/index.ts';
import type { GridColumn } from '../../components/grid/grid-columns.ts';

interface ObjectColumn extends GridColumn {
  readonly key: keyof ArchivedObject;
}

export const objectColumns: readonly ObjectColumn[] = [
  { key: 'key', title: 'Key', width: 460, grow: 3 },
  { key: 'sizeBytes', title: 'Size', width: 84, align: 'end' },
  { key: 'lastModifiedAt', title: 'Last modified (UTC)', width: 156 },
  { key: 'isLatest', title: 'State', width: 110 },
  { key: 'verifiedBy', title: 'Verified by', width: 180, grow: 1 },
  { key: 'encryption', title: 'Encryption', width: 96 },
  { key: 'versionId', title: 'Version', width: 130 },
  { key: 'etag', title: 'ETag', width: 150 },
  { key: 'downloadedAt', title: 'Downloaded (UTC)', width: 156 },
  { key: 'fetchId', title: 'Fetch', width: 60, align: 'end' },
  { key: 'sha256', title: 'SHA-256', width: 150 },
];
