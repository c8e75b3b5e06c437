/** Breaks JSON text into indented lines without touching a value: no number is parsed, no escape rewritten. */
export function indentJson(text: string): string {
  let out = '';
  let depth = 0;
  const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;
  let previous = '';
  for (const [part] of text.matchAll(token)) {
    if (part === '}' || part === ']') {
      depth -= 1;
      if (previous !== '{' && previous !== '[') out += newLine(depth);
    } else if (previous === '{' || previous === '[' || previous === ',') out += newLine(depth);
    out += part === ':' ? ': ' : part;
    if (part === '{' || part === '[') depth += 1;
    previous = part;
  }
  return out;
}

function newLine(depth: number): string {
  return `\n${'  '.repeat(Math.max(0, depth))}`;
}
