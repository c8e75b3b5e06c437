const longestTitle = 60;

/** What a statement is called where nobody gave it a name: its first comment, or how it begins. */
export function statementTitle(sql: string): string {
  const comment = /^\s*--[ \t]*(\S.*)/.exec(sql)?.[1];
  const line = (comment ?? sql).replace(/\s+/g, ' ').trim();
  return line.length > longestTitle ? `${line.slice(0, longestTitle).trimEnd()}…` : line;
}
