/** Where in the statement an error of the engine is; null if it does not say. */
export function errorPosition(error: unknown): { readonly offset: number; readonly length: number } | null {
  if (!isRecord(error) || !isRecord(error['data'])) return null;
  const position = error['data']['position'];
  if (!isRecord(position)) return null;
  const { offset, length } = position;
  return typeof offset === 'number' && typeof length === 'number' ? { offset, length } : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
