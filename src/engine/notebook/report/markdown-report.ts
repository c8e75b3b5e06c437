import { isNumberType } from '#shared/notebook/charts/cell-values.ts';
import { fenceAround } from '#shared/notebook/fence.ts';
import { inertMarkdown, markdownCode, markdownText } from '#shared/notebook/inert-markdown.ts';
import { visibleText } from '#shared/visible-text.ts';
import type { ReportCell, ReportCover, ReportParameter, ReportTable, ReportWriter } from './report.ts';
import { cellText, coverFacts, parameterText, pinText, summaryText, tableFacts } from './report-words.ts';

/** GitHub's Markdown: the notebook with its results as tables. Values are code or escaped text. */
export const markdownReport: ReportWriter = {
  cover: markdownCover,
  block: (block) => (block.kind === 'prose' ? `${inertMarkdown(block.text)}\n\n` : cellMarkdown(block)),
  end: (summary) => `---\n\n${markdownText(summaryText(summary))}\n`,
};

export function markdownCover(cover: ReportCover): string {
  const facts = [
    ...coverFacts(cover).map(([name, text]) => [name, markdownText(text)] as const),
    ...cover.parameters.map(({ name, value }) => [`\`$${name}\``, markdownCode(parameterText(value))] as const),
  ];
  return [
    `# ${markdownText(cover.title)}`,
    ...(cover.description === null ? [] : [markdownText(cover.description)]),
    `| | |\n|---|---|\n${facts.map(([name, text]) => `| ${name} | ${text} |\n`).join('')}`,
    ...cover.problems.map((problem) => `> **Note:** ${markdownText(problem)}`),
    '---\n\n',
  ].join('\n\n');
}

function cellMarkdown(cell: ReportCell): string {
  const { cellNumber, title, dialect, sql, translatedSql, outcome } = cell;
  return [
    `### ${markdownText(title)} [${cellNumber}]${dialect === 'athena' ? ' (Athena)' : ''}`,
    ...problemsMarkdown(cell.problems),
    sqlMarkdown(sql),
    ...(translatedSql === null ? [] : ['As it ran in DuckDB:', sqlMarkdown(translatedSql)]),
    ...(outcome.state === 'done'
      ? tableMarkdown(cell, outcome)
      : [`> **${outcome.state === 'failed' ? 'Failed' : 'Skipped'}:** ${markdownText(outcome.reason)}`]),
    '\n',
  ].join('\n\n');
}

export function problemsMarkdown(problems: readonly string[]): readonly string[] {
  return problems.map((problem) => `> **Note:** ${markdownText(problem)}`);
}

function sqlMarkdown(sql: string): string {
  const text = visibleText(sql);
  const fence = fenceAround(text, '`', 3);
  return `${fence}sql\n${text}\n${fence}`;
}

function tableMarkdown(cell: ReportCell, table: ReportTable): readonly string[] {
  const { columns, rows, drawing } = table;
  const pin = pinText(table);
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const isNumber = columns.map(({ type }) => isNumberType(type));
  const lines = rows.map((values) =>
    row(
      values.map((value, index) => {
        if (value === null) return 'NULL';
        const text = cellText(value);
        return text === '' ? '' : isNumber[index] ? markdownText(text) : markdownCode(text);
      }),
    ),
  );
  const rule = row(isNumber.map((isRight) => (isRight ? '--:' : '---')));
  return [
    ...(pin === null ? [] : [`> ${markdownText(pin)}`]),
    rows.length === 0 ? 'No rows.' : row(columns.map(({ name }) => markdownText(name))) + rule + lines.join(''),
    ...(drawing === null ? [] : [`*${markdownText(`${drawing.label}: the chart is in the HTML report.`)}*`]),
    ...(cell.parameters.length > 0 ? [`With ${parametersMarkdown(cell.parameters)}.`] : []),
    `*${tableFacts(cell, table).map(markdownText).join('; ')}*`,
  ];
}

export function parametersMarkdown(parameters: readonly ReportParameter[]): string {
  return parameters.map(({ name, value }) => `\`$${name}\` = ${markdownCode(parameterText(value))}`).join(', ');
}
