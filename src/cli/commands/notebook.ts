import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Api, ParameterTexts, QueryParameters, ReportFormat } from '#shared/api/index.ts';
import { bindParameters, parametersOf } from '#shared/notebook/bind-parameters.ts';
import type { Notebook } from '#shared/notebook/notebook.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import { findNotebook, pathOf, type FoundNotebook } from '../find-notebook.ts';
import { cellJson, cellText } from '../formats/notebook-cell.ts';
import { numberText } from '../formats/summary.ts';
import type { AddCommand } from '../run-cli.ts';
import { withCase, type Session } from '../session.ts';
import { terminalJson, terminalText } from '../terminal-text.ts';

interface RunOptions {
  readonly param: ParameterTexts;
  readonly html?: string;
  readonly md?: string;
  readonly ipynb?: string;
  readonly json?: true;
  readonly maxRows?: number;
  readonly pins: boolean;
}

export const addNotebookCommand: AddCommand = (program, run) => {
  const notebook = program.command('notebook').description('Run notebooks against a case, or list them.');
  notebook
    .command('run')
    .description('Run all cells of a notebook; print their results, or write reports.')
    .argument('<case>', 'the case folder')
    .argument('<notebook>', 'a file, or the name or title of one of the case’s, the library’s or the starter notebooks')
    .option('--param <name=value>', 'a value for a parameter of the notebook; may be repeated', addParameter, {})
    .option('--html <file>', 'write an HTML report to a new file')
    .option('--md <file>', 'write a Markdown report to a new file')
    .option('--ipynb <file>', 'write a Jupyter notebook to a new file')
    .option('--json', 'print one JSON object: title, parameters, cells with their rows')
    .option('--max-rows <n>', 'rows of a table at most (100; in reports and JSON 1000)', rowLimit)
    .option('--no-pins', 'reports show what runs now, not pinned results of the same statements')
    .addHelpText('after', help)
    .action(
      run(async (session, path: string, name: string, options: RunOptions) =>
        withCase(session, path, async (api) => {
          const found = await findNotebook(api, name);
          const parameters = parametersFor(found.notebook, options.param);
          await warn(session, found.notebook);
          const reports = reportsOf(options);
          let failedCells = 0;
          if (reports.length === 0 || options.json) {
            failedCells = await printResults(api, session, found, parameters, options);
          }
          for (const { format, file } of reports) {
            failedCells = await writeReport(api, session, found, parameters, { format, file, options });
          }
          return failedCells > 0 ? exitCodes.rejected : exitCodes.done;
        }),
      ),
    );
  notebook
    .command('list')
    .description('List the notebooks of the case, of the library and those that come with Trailbench.')
    .argument('<case>', 'the case folder')
    .option('--json', 'print one JSON array')
    .action(
      run(async (session, path: string, options: { json?: true }) =>
        withCase(session, path, async (api) => {
          const entries = await api.notebook.list();
          const lines = entries.map(
            (entry) => `${terminalText(pathOf(entry))}  ${terminalText(entry.problem ?? entry.title)}\n`,
          );
          await session.stdout.write(options.json ? `${terminalJson(JSON.stringify(entries))}\n` : lines.join(''));
          return exitCodes.done;
        }),
      ),
    );
};

const help = `
Parameters are text as in the notebook's form: 2023-07-10 12:00 (UTC), a list's values with commas between, a range
as from/to. Those that are not given have the notebook's defaults; $from and $to are the case's first and last event.
Exits with 3 if a cell failed; the other cells are printed or reported all the same.`;

function addParameter(text: string, previous: ParameterTexts): ParameterTexts {
  const [, name, value] = /^\$?([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Write it as name=value.');
  return { ...previous, [name]: value };
}

function rowLimit(text: string): number {
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit >= 1 && limit <= 100_000) return limit;
  throw new InvalidArgumentError('Write a number from 1 to 100000.');
}

/** The texts under the names the notebook has. Throws UsageError for one that it does not have, or not of its type. */
function parametersFor(notebook: Notebook, given: ParameterTexts): ParameterTexts {
  const declared = parametersOf(notebook);
  const texts = Object.entries(given).map(([name, text]) => {
    const parameter = declared.find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (parameter) return [parameter.name, text] as const;
    const known = declared.map((each) => `${each.name} (${each.type})`).join(', ');
    throw new UsageError(`The notebook has no parameter “${name}”. It has ${known}.`);
  });
  const named = Object.fromEntries(texts);
  const { problems } = bindParameters(declared, named, { firstEventAt: null, lastEventAt: null });
  for (const [name, problem] of Object.entries(problems)) throw new UsageError(`--param ${name}: ${problem}`);
  return named;
}

async function warn(session: Session, { problems }: Notebook): Promise<void> {
  for (const problem of problems) await session.stderr.write(`Note: ${terminalText(problem)}\n`);
}

function reportsOf({
  html,
  md,
  ipynb,
}: RunOptions): readonly { readonly format: ReportFormat; readonly file: string }[] {
  return [
    ...(html === undefined ? [] : [{ format: 'html' as const, file: html }]),
    ...(md === undefined ? [] : [{ format: 'markdown' as const, file: md }]),
    ...(ipynb === undefined ? [] : [{ format: 'ipynb' as const, file: ipynb }]),
  ];
}

/** Returns how many cells failed. */
async function printResults(
  api: Api,
  session: Session,
  { source, notebook }: FoundNotebook,
  texts: ParameterTexts,
  options: RunOptions,
): Promise<number> {
  const { stdout, signal } = session;
  const maxRows = options.maxRows ?? (options.json ? 1000 : 100);
  let failedCells = 0;
  for await (const event of await api.notebook.run({ source, parameters: texts }, { signal })) {
    if (event.type === 'started') {
      await stdout.write(options.json ? jsonHead(event.title, event.parameters) : `${terminalText(event.title)}\n`);
      continue;
    }
    const { outcome } = event;
    if (outcome.state === 'failed') failedCells += 1;
    const write = options.json ? cellJson : cellText;
    const separator = options.json && outcome.index > 0 ? ',' : '';
    await stdout.write(`${separator}\n`);
    for await (const text of write(api, notebook, outcome, maxRows, signal)) await stdout.write(text);
  }
  if (options.json) await stdout.write('\n]}\n');
  return failedCells;
}

function jsonHead(title: string, parameters: QueryParameters): string {
  const head = `{"title":${JSON.stringify(title)},"parameters":${JSON.stringify(parameters)},"cells":[`;
  return terminalJson(head);
}

async function writeReport(
  api: Api,
  session: Session,
  { source }: FoundNotebook,
  parameters: ParameterTexts,
  report: { readonly format: ReportFormat; readonly file: string; readonly options: RunOptions },
): Promise<number> {
  const { format, file, options } = report;
  const request = {
    ...{ source, parameters, format, path: resolve(file), usesPins: options.pins },
    ...(options.maxRows === undefined ? {} : { maxRowsPerTable: options.maxRows }),
  };
  let failedCells = 0;
  for await (const event of await api.notebook.report(request, { signal: session.signal })) {
    if (event.type !== 'written') continue;
    failedCells = event.failedCells;
    const failed = failedCells === 0 ? '' : `; cells that failed: ${numberText(failedCells)}`;
    const line = `Wrote ${terminalText(event.file.path)}, SHA-256 ${event.file.sha256}${failed}\n`;
    await (options.json ? session.stderr : session.stdout).write(line);
  }
  return failedCells;
}
