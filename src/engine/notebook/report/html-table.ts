import { isNumberType } from '#shared/notebook/charts/cell-values.ts';
import { escapeHtml } from '#shared/notebook/markdown.ts';
import { visibleLine, visibleText } from '#shared/visible-text.ts';
import type { ReportTable } from './report.ts';
import { cellText } from './report-words.ts';

/** Text of logs and notebooks as HTML: no markup, and no character that hides or turns round others. */
export function htmlText(text: string): string {
  return escapeHtml(visibleText(text));
}

/** On one line. */
export function htmlLine(text: string): string {
  return escapeHtml(visibleLine(text));
}

/** The rows as a table whose head is repeated on each page. */
export function htmlTable({ columns, rows }: Pick<ReportTable, 'columns' | 'rows'>, className: string | null): string {
  const head = columns.map(({ name, type }) => {
    const shown = className === null ? '' : `<span class="type">${htmlLine(type.slice(0, 200))}</span>`;
    return `<th scope="col">${className === null ? htmlLine(name) : breakable(name)}${shown}</th>`;
  });
  const kinds = columns.map(({ type }) => (className !== null && isNumberType(type) ? ' class="number"' : ''));
  const nothing = className === null ? '<td>NULL</td>' : '<td><span class="null">NULL</span></td>';
  const body = rows.map((row) => {
    const cells = row.map((cell, index) =>
      cell === null ? nothing : `<td${kinds[index] ?? ''}>${htmlText(cellText(cell))}</td>`,
    );
    return `<tr>${cells.join('')}</tr>\n`;
  });
  const classed = className === null ? '' : ` class="${className}"`;
  return `<table${classed}>\n<thead><tr>${head.join('')}</tr></thead>\n<tbody>\n${body.join('')}</tbody>\n</table>\n`;
}

/** A name that may break where its words begin: `source` `IP` `Address`. */
function breakable(name: string): string {
  return name
    .split(/(?<=[a-z\d])(?=[A-Z])|(?<=[_.])/)
    .map(htmlLine)
    .join('<wbr>');
}
