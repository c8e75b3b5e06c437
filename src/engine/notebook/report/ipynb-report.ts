import { drawingToSvg } from '#shared/notebook/charts/drawing-to-svg.ts';
import { inertMarkdown, markdownText } from '#shared/notebook/inert-markdown.ts';
import { visibleLine, visibleText } from '#shared/visible-text.ts';
import { htmlLine, htmlTable, htmlText } from './html-table.ts';
import { markdownCover, parametersMarkdown, problemsMarkdown } from './markdown-report.ts';
import type { ReportBlock, ReportCell, ReportTable, ReportWriter } from './report.ts';
import { cellText, pinText, summaryText, tableFacts } from './report-words.ts';

/** Jupyter's format 4.5: SQL as code cells with their results as outputs. There is no kernel to run it with. */
export const ipynbReport: ReportWriter = {
  cover: (cover) => `{"nbformat": 4, "nbformat_minor": 5,
"metadata": ${JSON.stringify({
    title: cover.title,
    language_info: { name: 'sql', file_extension: '.sql', mimetype: 'application/sql' },
    trailbench: { version: cover.version, generatedAt: cover.generatedAt, notebookSha256: cover.notebookHash },
  })},
"cells": [
${JSON.stringify(markdownCell('cover', markdownCover(cover)))}`,
  block: (block) =>
    `,\n${cellsOf(block)
      .map((cell) => JSON.stringify(cell))
      .join(',\n')}`,
  end: (summary) => `,\n${JSON.stringify(markdownCell('summary', markdownText(summaryText(summary))))}\n]}\n`,
};

function cellsOf(block: ReportBlock): readonly unknown[] {
  const id = `block-${block.blockNumber}`;
  if (block.kind === 'prose') return [markdownCell(id, inertMarkdown(block.text))];
  const { title, cellNumber, dialect, sql, name, parameters, problems, outcome } = block;
  const head = [
    `### ${markdownText(title)} [${cellNumber}]${dialect === 'athena' ? ' (Athena)' : ''}`,
    ...problemsMarkdown(problems),
    ...(parameters.length > 0 ? [`With ${parametersMarkdown(parameters)}.`] : []),
  ];
  const code = {
    cell_type: 'code',
    id: `${id}-sql`,
    metadata: { vscode: { languageId: 'sql' }, trailbench: { name, dialect, cell: cellNumber } },
    execution_count: null,
    outputs: outcome.state === 'done' ? resultOutputs(block, outcome) : [errorOutput(outcome)],
    source: linesOf(visibleText(sql)),
  };
  return [markdownCell(id, head.join('\n\n')), code];
}

function markdownCell(id: string, text: string): unknown {
  return { cell_type: 'markdown', id, metadata: {}, source: linesOf(text.trim()) };
}

function errorOutput({ state, reason }: { readonly state: string; readonly reason: string }): unknown {
  const text = visibleText(reason);
  return { output_type: 'error', ename: state, evalue: text, traceback: [text] };
}

function resultOutputs(cell: ReportCell, table: ReportTable): readonly unknown[] {
  const facts = tableFacts(cell, table);
  const pin = pinText(table);
  const html = [
    ...(pin === null ? [] : [`<p>${htmlText(pin)}</p>\n`]),
    table.rows.length > 0 ? htmlTable(table, null) : '<p>No rows.</p>\n',
    ...(cell.translatedSql === null
      ? []
      : [`<p>As it ran in DuckDB:</p>\n<pre>${htmlText(cell.translatedSql)}</pre>\n`]),
    `<p>${facts.map(htmlLine).join(' · ')}</p>\n`,
  ];
  const plain = [...(pin === null ? [] : [visibleText(pin)]), plainTable(table), facts.map(visibleLine).join('; ')];
  const svg = table.drawing === null ? '' : drawingToSvg(table.drawing);
  const data = (bundle: Record<string, string>): unknown => ({
    output_type: 'display_data',
    data: Object.fromEntries(Object.entries(bundle).map(([type, text]) => [type, linesOf(text)])),
    metadata: {},
  });
  return [
    ...(svg === '' ? [] : [data({ 'image/svg+xml': svg, 'text/plain': visibleLine(table.drawing?.label ?? '') })]),
    data({ 'text/html': html.join(''), 'text/plain': plain.join('\n') }),
  ];
}

function plainTable({ columns, rows }: ReportTable): string {
  const lines = rows.map((row) => row.map((cell) => (cell === null ? 'NULL' : visibleLine(cellText(cell)))));
  return [columns.map(({ name }) => visibleLine(name)), ...lines].map((line) => line.join('\t')).join('\n');
}

/** As the format wants text: lines with their line feeds. */
function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}
