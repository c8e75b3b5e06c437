import { parameterNames } from '../sql/sql-tokens.ts';
import { parametersOf } from './bind-parameters.ts';
import { namePattern, type Notebook, type NotebookParameter } from './notebook.ts';
import { cellsOf } from './parse-notebook.ts';

/** Names that the cells' SQL has behind a `$`, in small letters: SQL does not tell them from capitals. */
export function parametersUsedBy(notebook: Notebook): ReadonlySet<string> {
  const names = cellsOf(notebook).flatMap(({ sql }) => parameterNames(sql));
  return new Set(names.filter((name) => namePattern.test(name)).map((name) => name.toLowerCase()));
}

/** What a form asks for: all that the notebook declares, and `$from` and `$to` where a cell uses them. */
export function parametersToAsk(notebook: Notebook): readonly NotebookParameter[] {
  const used = parametersUsedBy(notebook);
  return parametersOf(notebook).filter(
    (parameter) => notebook.parameters.includes(parameter) || used.has(parameter.name),
  );
}

/** Names that cells use and nothing declares, in small letters: such a cell can’t run. */
export function undeclaredParameters(notebook: Notebook): readonly string[] {
  const known = new Set(
    parametersOf(notebook).flatMap(({ name, type }) => {
      const key = name.toLowerCase();
      return type === 'range' ? [`${key}_from`, `${key}_to`] : [key];
    }),
  );
  return [...parametersUsedBy(notebook)].filter((name) => !known.has(name));
}
