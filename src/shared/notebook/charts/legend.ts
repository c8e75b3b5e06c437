import { fittedText, textSize, textWidth, titleText } from './chart-text.ts';
import type { ColourRole, Shape } from './drawing.ts';

const widestName = 160;

/** Names of series with their colours, in one line along the top; as many as fit. */
export function legendShapes(
  names: readonly string[],
  colours: readonly ColourRole[],
  left: number,
  width: number,
): readonly Shape[] {
  const shapes: Shape[] = [];
  let x = left;
  for (const [index, name] of names.entries()) {
    const text = fittedText(name, widestName);
    const needed = 16 + textWidth(text) + 14;
    if (x + needed > width - 40 && index < names.length - 1) {
      shapes.push({ kind: 'text', x, y: 18, text: `+ ${names.length - index}`, size: textSize, colour: 'muted' });
      break;
    }
    shapes.push(
      { kind: 'rect', x, y: 9, width: 10, height: 10, radius: 2, colour: colours[index] ?? 'muted' },
      { kind: 'text', x: x + 16, y: 18, text, size: textSize, colour: 'text', title: titleText(name) },
    );
    x += needed;
  }
  return shapes;
}
