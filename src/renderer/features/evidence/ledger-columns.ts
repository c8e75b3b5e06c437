import type { FileVerdict, LedgerFile } from '#shared/api/index.ts';
import type { GridColumn } from '../../components/grid/grid-columns.ts';

interface LedgerColumn extends GridColumn {
  readonly key: keyof LedgerFile;
}

export const ledgerColumns: readonly LedgerColumn[] = [
  { key: 'sourcePath', title: 'File', width: 340, grow: 3 },
  { key: 'verdict', title: 'Verdict', width: 110 },
  { key: 'kind', title: 'Kind', width: 92 },
  { key: 'shape', title: 'Shape', width: 104 },
  { key: 'sizeBytes', title: 'Size', width: 84, align: 'end' },
  { key: 'recordsRead', title: 'Read', width: 76, align: 'end' },
  { key: 'recordsStored', title: 'Stored', width: 76, align: 'end' },
  { key: 'recordsDuplicate', title: 'Duplicate', width: 84, align: 'end' },
  { key: 'recordsRejected', title: 'Rejected', width: 78, align: 'end' },
  { key: 'reason', title: 'Reason', width: 220, grow: 2 },
  { key: 'firstEventAt', title: 'First event (UTC)', width: 156 },
  { key: 'lastEventAt', title: 'Last event (UTC)', width: 156 },
  { key: 'sha256', title: 'SHA-256', width: 150 },
];

export const verdictTones: Readonly<Record<FileVerdict, 'good' | 'bad' | 'neutral'>> = {
  imported: 'good',
  rejected: 'bad',
  other: 'neutral',
};
