import { expect, test } from 'vitest';
import { drawCell } from './draw-cell.ts';
import { drawingToSvg } from './drawing-to-svg.ts';
import type { Drawing, Shape } from './drawing.ts';
import { lightPalette } from './palette.ts';

const hostile = `"><script>alert('x')</script><![CDATA[ ]]>&amp;\u0000\u0007\ud800 onload="x" <title>`;

function drawingOf(...shapes: readonly Shape[]): Drawing {
  return { width: 100, height: 50, label: hostile, shapes, targets: [], nearest: 'x', notes: [] };
}

test('no text of a drawing becomes markup', () => {
  const svg = drawingToSvg(
    drawingOf(
      { kind: 'text', x: 1, y: 2, text: hostile, title: hostile, colour: 'text' },
      { kind: 'rect', x: 1, y: 2, width: 3, height: 4, title: hostile, colour: 'series1' },
      {
        kind: 'path',
        points: [
          [0, 0],
          [1, 1],
        ],
        title: hostile,
        colour: 'series2',
      },
    ),
  );
  // Without what the drawing itself makes, no tag is left.
  expect(svg.match(/<\/?[a-z!?]+/gi)?.every((tag) => /^<\/?(svg|text|rect|path|title)$/.test(tag))).toBe(true);
  expect(svg.match(/<script|<!|onload="/gi)).toBeNull();
  expect(svg.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  expect(svg.match(/&lt;script&gt;/g)).toHaveLength(5);
  expect(svg).toContain('&amp;amp;');
});

test('shapes are where the drawing has them, in the palette’s colours', () => {
  const svg = drawingToSvg(
    drawingOf(
      { kind: 'circle', x: 10.126, y: 20, radius: 4, colour: 'denied', opacity: 0.9 },
      { kind: 'line', x1: 0, y1: 1, x2: 2, y2: 3, colour: 'grid' },
      { kind: 'boxes', boxes: [{ x: 1, y: 2, width: 3, height: 4 }], colour: 'read' },
      {
        kind: 'path',
        points: [
          [0, 0],
          [1.5, 2],
        ],
        colour: 'series1',
      },
    ),
  );
  expect(svg).toContain('viewBox="0 0 100 50"');
  expect(svg).toContain(`<circle cx="10.13" cy="20" r="4" fill="${lightPalette.denied}" opacity="0.9">`);
  expect(svg).toContain(
    `<line x1="0" y1="1" x2="2" y2="3" fill="none" stroke="${lightPalette.grid}" stroke-width="1"/>`,
  );
  expect(svg).toContain(`<path d="M1 2h3v4h-3z" fill="${lightPalette.read}">`);
  expect(svg).toContain(`<path d="M0 0L1.5 2" stroke-linejoin="round" fill="none" stroke="${lightPalette.series1}"`);
  expect(svg).not.toMatch(/style=|href|url\(|<style/);
});

test('a cell is drawn by its view, or not at all', () => {
  const source = {
    columns: [
      { name: 'eventTime', type: 'TIMESTAMP', encoding: 'text' },
      { name: 'calls', type: 'BIGINT', encoding: 'text' },
    ] as const,
    rows: [
      ['2023-07-10 12:00:00', '1'],
      ['2023-07-10 13:00:00', '2'],
    ],
    rowCount: 2,
  };
  expect(drawCell({ view: 'bar', options: {} }, source)?.targets).toHaveLength(2);
  expect(drawCell({ view: 'line', options: {} }, source)?.targets).toHaveLength(2);
  expect(drawCell({ view: 'table', options: {} }, source)).toBeNull();
  expect(drawCell({ view: 'value', options: {} }, source)).toBeNull();
  expect(drawCell({ view: 'timeline', options: {} }, source)).toBeNull();
  expect(drawCell({ view: 'bar', options: { y: 'gone' } }, source)).toBeNull();
  const lanes = {
    ...{ fromMicros: 0, bucketMicros: 1, bucketCount: 1, laneCount: 1, rowsInOtherLanes: 0, rowsWithoutTime: 0 },
    lanes: [{ label: null, rowCount: 2, marks: [{ from: 0, to: 0, count: 2, row: 0, kind: null }] }],
  };
  const timeline = drawCell({ view: 'timeline', options: {} }, { ...source, lanes });
  expect(timeline?.label).toBe(
    'Timeline of eventTime: 2 rows on 1 lane, 1969-12-31 23:59:59 to 1970-01-01 00:00:01 UTC',
  );
  expect(timeline?.shapes.some((shape) => shape.kind === 'text' && shape.text === 'all rows')).toBe(true);
  expect(drawingToSvg({ ...drawingOf(), height: 0 })).toBe('');
});
