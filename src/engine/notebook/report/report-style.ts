/** The only style of an HTML report: for white paper and screens alike, with the fonts that are there. */
export const reportStyle = `
@page { size: landscape; margin: 12mm 10mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt system-ui, sans-serif; color: #5c6775; } }
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 24px 64px; max-width: 1080px; background: #fff; color: #1d2530; font: 14px/1.5 Inter, system-ui, -apple-system, "Segoe UI", sans-serif; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.6em 0 0.5em; break-after: avoid; }
h1 { font-size: 24px; } h2 { font-size: 19px; } h3 { font-size: 16px; } h4, h5, h6 { font-size: 14px; }
p, ul, ol, blockquote { margin: 0.6em 0; }
blockquote { padding-left: 12px; border-left: 3px solid #dfe4ea; color: #5c6775; }
a { color: #1a6fd0; }
code, pre, .values td, .facts td { font-family: "JetBrains Mono", ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.86em; }
code, pre, p, li, h1, h2, h3, .facts td { overflow-wrap: anywhere; }
pre { margin: 0.6em 0; padding: 8px 10px; background: #f4f6f8; border: 1px solid #dfe4ea; border-radius: 4px; white-space: pre-wrap; tab-size: 4; }
pre code { font-size: inherit; }
table { border-collapse: collapse; margin: 0.6em 0; }
th, td { padding: 3px 8px; border: 1px solid #dfe4ea; text-align: left; vertical-align: top; }
th { background: #f4f6f8; font-weight: 600; }
.cover { border-bottom: 2px solid #1d2530; padding-bottom: 16px; margin-bottom: 24px; }
.cover h1 { margin: 0 0 4px; font-size: 28px; }
.cover .kind, .muted, .facts-line, .type { color: #5c6775; }
.facts { width: 100%; } .facts th { width: 130px; white-space: nowrap; }
.contents { columns: 2; column-gap: 32px; padding: 0; list-style: none; } .contents li { break-inside: avoid; padding-left: 16px; } .contents .prose { padding: 4px 0 0; font-weight: 600; break-after: avoid; }
.cell { margin: 24px 0; padding-top: 12px; border-top: 1px solid #dfe4ea; }
.cell > h3 { margin-top: 0; } .cell > h3 .muted { font-weight: 400; }
.scroll { overflow-x: auto; }
.values { min-width: 100%; font-size: 13px; } .values td { white-space: pre-wrap; overflow-wrap: break-word; min-width: 3em; max-width: 34em; } .values td.number { text-align: right; font-variant-numeric: tabular-nums; }
.values .type { display: block; font-weight: 400; font-size: 0.85em; } .null { color: #8a94a2; font-style: italic; }
.facts-line { font-size: 12px; margin: 4px 0; overflow-wrap: anywhere; }
.value { font-size: 34px; font-weight: 600; margin: 8px 0; overflow-wrap: anywhere; }
.pin, .problem, .failed { border-left: 3px solid #1a6fd0; background: #f0f6fd; padding: 6px 10px; margin: 8px 0; overflow-wrap: anywhere; }
.problem { border-color: #c26f00; background: #fdf6ec; } .failed { border-color: #b42318; background: #fdf1f0; }
figure { margin: 8px 0; break-inside: avoid; } figure svg { max-width: 100%; height: auto; } figcaption { color: #5c6775; font-size: 12px; }
thead { display: table-header-group; } tr { break-inside: avoid; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } a { color: inherit; text-decoration: none; } .scroll { overflow: visible; } .values { width: 100%; font-size: 8pt; } .values td { overflow-wrap: anywhere; max-width: none; min-width: 5em; } .wide .values { font-size: 6.5pt; } .wide .values td, .wide .values th { padding: 2px 3px; } .cover { break-after: page; } pre { font-size: 8pt; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
`;
