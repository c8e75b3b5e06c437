import { readFile } from 'node:fs/promises';
import { addAbortSignal } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { InvalidArgumentError, Option } from 'commander';
import type { Api, QueryParameters, QueryResult, ResultWindow } from '#shared/api/index.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { createCsvFormat } from '../formats/csv.ts';
import type { ResultFormat } from '../formats/format.ts';
import { createJsonFormat } from '../formats/json.ts';
import { createTableFormat } from '../formats/table.ts';
import { numberText } from '../formats/summary.ts';
import type { AddCommand } from '../run-cli.ts';
import { withCase, type Session } from '../session.ts';
import { explainSqlError } from '../sql-error.ts';

const formatNames = ['table', 'json', 'ndjson', 'csv'] as const;

interface SqlCommandOptions {
  readonly format: (typeof formatNames)[number];
  readonly param: QueryParameters;
  readonly file?: string;
}

export const addSqlCommand: AddCommand = (program, run) => {
  program
    .command('sql')
    .description('Run one reading SQL statement against a case.')
    .argument('<case>', 'the case folder')
    .argument('[sql]', 'the statement; “-” reads it from standard input')
    .option('--file <path>', 'read the statement from a file')
    .addOption(new Option('--format <format>', 'how the result is written').choices(formatNames).default('table'))
    .option('--param <name=value>', 'a value for $name in the statement; may be repeated', addParameter, {})
    .addHelpText('after', help)
    .action(
      run(async (session, path: string, given: string | undefined, options: SqlCommandOptions) => {
        const sql = await readStatement(given, options.file, session.signal);
        return withCase(session, path, async (api) => {
          const result = await api.query
            .run({ sql, parameters: options.param }, { signal: session.signal })
            .catch((error: unknown) => Promise.reject(explainSqlError(error, sql)));
          await writeResult(api, session, result, options.format);
          return exitCodes.done;
        });
      }),
    );
};

const help = `
Formats:
  table   for people: long values are cut (…), control characters are written out
  json    one array of objects; numbers keep all their digits
  ndjson  one object a line
  csv     RFC 4180. Values are exact, also those that begin with = + - @: a spreadsheet may take them for formulas.
          An empty field is NULL, "" is an empty text. On a terminal, control characters are written out.`;

function addParameter(text: string, previous: QueryParameters): QueryParameters {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as name=value.');
  return { ...previous, [name]: value };
}

async function readStatement(
  given: string | undefined,
  file: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if ((given === undefined) === (file === undefined)) {
    throw new UsageError('Give one statement: as an argument, with --file, or “-” for standard input.');
  }
  if (file !== undefined) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new Error(`“${file}” cannot be read (${error.code}).`, { cause: error });
    });
    // Editors on Windows begin a file with a byte order mark.
    return text.replace(/^\ufeff/, '');
  }
  if (given !== '-') return given ?? '';
  return readText(addAbortSignal(signal, process.stdin)).catch((error: Error) => {
    throw signal.aborted ? new Error('Cancelled before the statement was read.', { cause: error }) : error;
  });
}

/** Rows fetched at a time: bounds memory, whatever the size of the result. */
const pageRows = 2000;

async function writeResult(
  api: Api,
  session: Session,
  result: QueryResult,
  formatName: SqlCommandOptions['format'],
): Promise<void> {
  const format = createFormat(formatName, session);
  await session.stdout.write(format.begin(result.columns, result.window));
  let window: ResultWindow = result.window;
  for (;;) {
    await session.stdout.write(format.rows(window));
    const offset = window.offset + window.rowCount;
    if (offset >= result.rowCount || window.rowCount === 0) break;
    window = await api.query.window({ resultId: result.resultId, offset, limit: pageRows }, { signal: session.signal });
  }
  await session.stdout.write(format.end());
  if (formatName === 'table' && session.stderr.isTerminal) {
    await session.stderr.write(`${numberText(result.rowCount)} ${result.rowCount === 1 ? 'row' : 'rows'}\n`);
  }
}

function createFormat(name: SqlCommandOptions['format'], session: Session): ResultFormat {
  if (name === 'csv') return createCsvFormat({ isForTerminal: session.stdout.isTerminal });
  return name === 'table' ? createTableFormat() : createJsonFormat({ isLines: name === 'ndjson' });
}
