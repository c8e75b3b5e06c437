import { groupedNumber } from '#shared/notebook/charts/chart-text.ts';
import { drawingToSvg } from '#shared/notebook/charts/drawing-to-svg.ts';
import { renderMarkdown } from '#shared/notebook/markdown.ts';
import { htmlLine, htmlTable, htmlText } from './html-table.ts';
import type { ReportCell, ReportCover, ReportParameter, ReportTable, ReportWriter } from './report.ts';
import { reportStyle } from './report-style.ts';
import { coverFacts, parameterText, pinText, summaryText, tableFacts } from './report-words.ts';

/** What may happen in a report: nothing is loaded, nothing runs, nothing is sent. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'";

/** One file that reads the same everywhere: no script, nothing from elsewhere, all text escaped. */
export const htmlReport: ReportWriter = {
  cover: (cover) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlLine(cover.title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header class="cover">
${coverHtml(cover)}</header>
<main>
`,
  block: (
    block,
  ) => `<section id="block-${block.blockNumber}"${block.kind === 'cell' ? ` class="${classOf(block)}"` : ''}>
${block.kind === 'prose' ? renderMarkdown(block.text, { linkFor: () => null }) : cellHtml(block)}</section>
`,
  end: (summary) => `</main>
<footer>
<p class="facts-line">${htmlText(summaryText(summary))}</p>
</footer>
</body>
</html>
`,
};

/** More columns need smaller type on paper. */
const mostColumnsInFullSize = 8;

function classOf({ outcome }: ReportCell): string {
  return outcome.state === 'done' && outcome.columns.length > mostColumnsInFullSize ? 'cell wide' : 'cell';
}

function coverHtml(cover: ReportCover): string {
  const { title, description, parameters, contents, problems } = cover;
  const given = parameters.map(({ name, value }) => factRow(`$${name}`, parameterText(value)));
  let cellNumber = 0;
  const lines = contents.map(({ blockNumber, title: line, isCell }) => {
    const number = isCell ? `[${++cellNumber}] ` : '';
    return `<li${isCell ? '' : ' class="prose"'}>${number}<a href="#block-${blockNumber}">${htmlLine(line)}</a></li>\n`;
  });
  return `<p class="kind">Trailbench report</p>
<h1>${htmlLine(title)}</h1>
${description === null ? '' : `<p>${htmlText(description)}</p>\n`}<table class="facts"><tbody>
${coverFacts(cover)
  .map(([name, text]) => factRow(name, text))
  .join('')}</tbody></table>
${problems.map(problemHtml).join('')}${section('Parameters', given.length > 0 ? `<table class="facts"><tbody>\n${given.join('')}</tbody></table>\n` : '')}${section('Contents', lines.length > 0 ? `<ul class="contents">\n${lines.join('')}</ul>\n` : '')}`;
}

function section(title: string, html: string): string {
  return html === '' ? '' : `<h2>${title}</h2>\n${html}`;
}

function factRow(name: string, text: string): string {
  return `<tr><th scope="row">${htmlLine(name)}</th><td>${htmlText(text)}</td></tr>\n`;
}

function cellHtml(cell: ReportCell): string {
  const { cellNumber, title, name, dialect, sql, translatedSql, parameters, problems, outcome } = cell;
  const named = name === null || name === title ? '' : ` · ${htmlLine(name)}`;
  const translated =
    translatedSql === null
      ? ''
      : `<p class="facts-line">Athena’s dialect; as it ran in DuckDB:</p>\n<pre>${htmlText(translatedSql)}</pre>\n`;
  const shown =
    outcome.state === 'done'
      ? tableHtml(cell, outcome)
      : `<p class="failed">${outcome.state === 'failed' ? 'Failed' : 'Skipped'}: ${htmlText(outcome.reason)}</p>\n`;
  return `<h3>${htmlLine(title)} <span class="muted">[${cellNumber}]${named}${dialect === 'athena' ? ' · Athena' : ''}</span></h3>
${problems.map(problemHtml).join('')}<pre>${htmlText(sql)}</pre>
${translated}${parameters.length > 0 ? `<p class="facts-line">with ${parametersHtml(parameters)}</p>\n` : ''}${shown}`;
}

function problemHtml(problem: string): string {
  return `<p class="problem">${htmlText(problem)}</p>\n`;
}

function parametersHtml(parameters: readonly ReportParameter[]): string {
  return parameters
    .map(({ name, value }) => `$${htmlLine(name)} = <code>${htmlLine(parameterText(value))}</code>`)
    .join(', ');
}

function tableHtml(cell: ReportCell, table: ReportTable): string {
  const { value, drawing, rows } = table;
  const pin = pinText(table);
  const large =
    value === undefined
      ? ''
      : `<p class="value">${value === null ? 'NULL' : htmlLine(groupedNumber(String(value).slice(0, 500)))}</p>\n`;
  const figure =
    drawing === null
      ? ''
      : `<figure>\n${drawingToSvg(drawing)}\n${drawing.notes.length > 0 ? `<figcaption>${htmlLine(drawing.notes.join('; '))}</figcaption>\n` : ''}</figure>\n`;
  return `${pin === null ? '' : `<p class="pin">${htmlText(pin)}</p>\n`}${large}${figure}${rows.length > 0 ? `<div class="scroll">\n${htmlTable(table, 'values')}</div>\n` : '<p class="muted">No rows.</p>\n'}<p class="facts-line">${tableFacts(cell, table).map(htmlLine).join(' · ')}</p>
`;
}
