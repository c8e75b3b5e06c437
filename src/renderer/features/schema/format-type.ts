/** A nested DuckDB type with one field a line, indented: `STRUCT(a VARCHAR, b STRUCT(c JSON))[]`. */
export function formatType(type: string): string {
  let depth = 0;
  let text = '';
  for (let at = 0; at < type.length; at += 1) {
    const character = type[at] ?? '';
    if (character === '(') {
      depth += 1;
      text += `(\n${indent(depth)}`;
    } else if (character === ')') {
      depth -= 1;
      text += `\n${indent(depth)})`;
    } else if (character === ',' && depth > 0) {
      text += `,\n${indent(depth)}`;
      if (type[at + 1] === ' ') at += 1;
    } else {
      text += character;
    }
  }
  return text;
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}
