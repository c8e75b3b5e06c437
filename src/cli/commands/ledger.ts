import type { Api, LedgerFile, RejectedRecord, ResultColumn } from '#shared/api/index.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { importText } from '../formats/summary.ts';
import { createTableFormat } from '../formats/table.ts';
import type { AddCommand } from '../run-cli.ts';
import { withCase, type Session } from '../session.ts';
import { terminalJson } from '../terminal-text.ts';

interface LedgerOptions {
  readonly problems?: true;
  readonly rejected?: true;
  readonly json?: true;
}

export const addLedgerCommand: AddCommand = (program, run) => {
  program
    .command('ledger')
    .description('List the evidence files of a case and what became of each.')
    .argument('<case>', 'the case folder')
    .option('--problems', 'only files that were rejected, are no CloudTrail log, or have flags or rejected records')
    .option('--rejected', 'list the rejected records instead, with their place and the reason')
    .option('--json', 'print one JSON object: “accounting” and “files” (or “rejected”)')
    .action(
      run(async (session, path: string, options: LedgerOptions) => {
        if (options.problems && options.rejected) throw new UsageError('Use --problems or --rejected, not both.');
        return withCase(session, path, async (api) => {
          const pages = options.rejected ? rejectedPages(api) : filePages(api, options.problems === true);
          const name = options.rejected ? 'rejected' : 'files';
          if (options.json) await writeJson(api, session, name, pages);
          else await writeTable(api, session, options.rejected ? rejectedColumns : fileColumns, pages);
          return exitCodes.done;
        });
      }),
    );
};

const pageSize = 1000;
/** Paths are what a ledger is read for: they are not cut. */
const widestPath = 4096;

async function* filePages(api: Api, onlyProblems: boolean): AsyncGenerator<readonly LedgerFile[]> {
  for (let offset = 0; ; offset += pageSize) {
    const { total, files } = await api.evidence.files({ offset, limit: pageSize, onlyProblems });
    yield files;
    if (offset + files.length >= total || files.length === 0) return;
  }
}

async function* rejectedPages(api: Api): AsyncGenerator<readonly RejectedRecord[]> {
  for (let offset = 0; ; offset += pageSize) {
    const { total, records } = await api.evidence.rejected({ offset, limit: pageSize });
    yield records;
    if (offset + records.length >= total || records.length === 0) return;
  }
}

async function writeJson(
  api: Api,
  session: Session,
  name: string,
  pages: AsyncIterable<readonly object[]>,
): Promise<void> {
  await session.stdout.write(`{"accounting":${JSON.stringify(await api.evidence.accounting())},"${name}":[`);
  let separator = '\n';
  for await (const page of pages) {
    for (const entry of page) {
      await session.stdout.write(separator + terminalJson(JSON.stringify(entry)));
      separator = ',\n';
    }
  }
  await session.stdout.write('\n]}\n');
}

type TableColumn = readonly [name: string, type: 'VARCHAR' | 'BIGINT', value: (entry: never) => string | number | null];

const fileColumns: readonly TableColumn[] = [
  ['file', 'BIGINT', (file: LedgerFile) => file.fileId],
  ['verdict', 'VARCHAR', (file: LedgerFile) => file.verdict],
  ['kind', 'VARCHAR', (file: LedgerFile) => file.kind],
  ['shape', 'VARCHAR', (file: LedgerFile) => file.shape],
  ['read', 'BIGINT', (file: LedgerFile) => file.recordsRead],
  ['stored', 'BIGINT', (file: LedgerFile) => file.recordsStored],
  ['duplicate', 'BIGINT', (file: LedgerFile) => file.recordsDuplicate],
  ['rejected', 'BIGINT', (file: LedgerFile) => file.recordsRejected],
  ['flags', 'VARCHAR', (file: LedgerFile) => file.flags.join(', ')],
  ['reason', 'VARCHAR', (file: LedgerFile) => file.reason],
  ['path', 'VARCHAR', (file: LedgerFile) => file.sourcePath],
];

const rejectedColumns: readonly TableColumn[] = [
  ['file', 'BIGINT', (record: RejectedRecord) => record.fileId],
  ['record', 'BIGINT', (record: RejectedRecord) => record.recordIndex],
  ['offset', 'BIGINT', (record: RejectedRecord) => record.byteOffset],
  ['reason', 'VARCHAR', (record: RejectedRecord) => record.reason],
  ['path', 'VARCHAR', (record: RejectedRecord) => record.sourcePath],
  ['excerpt', 'VARCHAR', (record: RejectedRecord) => record.excerpt],
];

async function writeTable(
  api: Api,
  session: Session,
  columns: readonly TableColumn[],
  pages: AsyncIterable<readonly object[]>,
): Promise<void> {
  const format = createTableFormat(widestPath);
  const resultColumns = columns.map(([name, type]): ResultColumn => ({ name, type, encoding: 'text' }));
  let offset = 0;
  for await (const page of pages) {
    const cells = columns.map(([, , value]) => page.map((entry) => value(entry as never)));
    const window = { offset, rowCount: page.length, cells };
    if (offset === 0) await session.stdout.write(format.begin(resultColumns, window));
    await session.stdout.write(format.rows(window));
    offset += page.length;
  }
  await session.stdout.write(format.end());
  if (session.stderr.isTerminal) await session.stderr.write(`\n${importText(await api.evidence.accounting())}\n`);
}
