import type { Box, Drawing, Shape } from './drawing.ts';
import { lightPalette, type Palette } from './palette.ts';

/**
 * A drawing as SVG text for an HTML page: no script, no style, no reference to anything outside, and no text of the drawing
 * becomes markup. Empty for a drawing of nothing.
 */
export function drawingToSvg(drawing: Drawing, palette: Palette = lightPalette): string {
  if (drawing.height === 0) return '';
  const width = rounded(drawing.width);
  const height = rounded(drawing.height);
  const shapes = drawing.shapes.map((shape) => shapeToSvg(shape, palette)).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(drawing.label)}" font-family="Inter, system-ui, sans-serif">\n${shapes}\n</svg>`;
}

function shapeToSvg(shape: Shape, palette: Palette): string {
  const title = shape.title === undefined ? '' : `<title>${escaped(shape.title)}</title>`;
  const opacity = shape.opacity === undefined ? '' : ` opacity="${rounded(shape.opacity)}"`;
  const fill = ` fill="${palette[shape.colour]}"${opacity}`;
  const stroke = (width = 1): string =>
    ` fill="none" stroke="${palette[shape.colour]}" stroke-width="${rounded(width)}"${opacity}`;
  switch (shape.kind) {
    case 'rect':
      return `<rect${boxOf(shape)} rx="${rounded(shape.radius ?? 0)}"${fill}>${title}</rect>`;
    case 'boxes':
      return `<path d="${boxesPath(shape.boxes)}"${fill}>${title}</path>`;
    case 'circle':
      return `<circle cx="${rounded(shape.x)}" cy="${rounded(shape.y)}" r="${rounded(shape.radius)}"${fill}>${title}</circle>`;
    case 'line':
      return `<line x1="${rounded(shape.x1)}" y1="${rounded(shape.y1)}" x2="${rounded(shape.x2)}" y2="${rounded(shape.y2)}"${stroke(shape.width)}/>`;
    case 'path':
      return `<path d="${pointsPath(shape.points)}" stroke-linejoin="round"${stroke(shape.width)}>${title}</path>`;
    case 'text': {
      const font = shape.isMono === true ? ' font-family="ui-monospace, monospace"' : '';
      const place = ` x="${rounded(shape.x)}" y="${rounded(shape.y)}" text-anchor="${shape.anchor ?? 'start'}"`;
      return `<text${place} font-size="${rounded(shape.size ?? 11.5)}"${font}${fill}>${escaped(shape.text)}${title}</text>`;
    }
  }
}

/** `d` of a path of rectangles. */
export function boxesPath(boxes: readonly Box[]): string {
  return boxes
    .map(
      ({ x, y, width, height }) =>
        `M${rounded(x)} ${rounded(y)}h${rounded(width)}v${rounded(height)}h${rounded(-width)}z`,
    )
    .join('');
}

/** `d` of a path from point to point. */
export function pointsPath(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${rounded(x)} ${rounded(y)}`).join('');
}

function boxOf({ x, y, width, height }: Box): string {
  return ` x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}"`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

const markup: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** What markup can't hold: control characters but tab and line feed, halves of a pair. */
const unfit = /[^\P{Cc}\t\n]|\p{Cs}|[\uFFFE\uFFFF]/gu;

function escaped(text: string): string {
  return text.replace(unfit, '\uFFFD').replace(/[&<>"']/g, (character) => markup[character] ?? '');
}
