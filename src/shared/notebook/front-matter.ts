import { parseDocument } from 'yaml';
import { namePattern, parameterTypes, type NotebookParameter, type ParameterType } from './notebook.ts';

export interface FrontMatter {
  readonly title: string | null;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly parameters: readonly NotebookParameter[];
  readonly problems: readonly string[];
}

/** Reads the YAML between the front matter's fences. Aliases are not followed: a stranger's could expand without end. */
export function readFrontMatter(yaml: string): FrontMatter {
  const empty: FrontMatter = { title: null, description: null, tags: [], parameters: [], problems: [] };
  if (yaml.trim() === '') return empty;
  const problems: string[] = [];
  let value: unknown;
  try {
    const document = parseDocument(yaml, { schema: 'core', merge: false, uniqueKeys: true });
    for (const error of document.errors) problems.push(`The front matter is no YAML: ${error.message.split('\n')[0]}`);
    value = document.errors.length > 0 ? null : document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    problems.push(`The front matter can’t be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isRecord(value)) return { ...empty, problems };
  return {
    title: textOf(value['title']),
    description: textOf(value['description']),
    tags: Array.isArray(value['tags']) ? value['tags'].flatMap((tag) => textOf(tag) ?? []) : [],
    parameters: parametersOf(value['parameters'], problems),
    problems,
  };
}

function parametersOf(value: unknown, problems: string[]): readonly NotebookParameter[] {
  if (value === undefined || value === null) return [];
  if (!isRecord(value)) {
    problems.push('“parameters” must be a list of names, each with its type and default.');
    return [];
  }
  return Object.entries(value).flatMap(([name, given]) => {
    if (!namePattern.test(name)) {
      problems.push(`“${name}” can’t be a parameter’s name: write letters, digits and _, no digit first.`);
      return [];
    }
    const fields = isRecord(given) ? given : { default: given };
    return [
      {
        name,
        type: typeOf(name, fields['type'], problems),
        label: textOf(fields['label']),
        description: textOf(fields['description']),
        defaultText: defaultTextOf(fields['default']),
      },
    ];
  });
}

function typeOf(name: string, given: unknown, problems: string[]): ParameterType {
  const type = parameterTypes.find((each) => each === (given ?? 'text'));
  if (!type) {
    problems.push(`$${name}: “${String(given)}” is no type. There are ${parameterTypes.join(', ')}. It is text now.`);
  }
  return type ?? 'text';
}

/** A list as its values, one a line; a range's two ends as `from/to`. */
function defaultTextOf(value: unknown): string {
  if (Array.isArray(value)) return value.flatMap((item) => textOf(item) ?? []).join('\n');
  if (isRecord(value)) return `${textOf(value['from']) ?? ''}/${textOf(value['to']) ?? ''}`;
  return textOf(value) ?? '';
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
