import { isMap, isScalar, isSeq, parseDocument, type Document, type Node } from 'yaml';
import { namePattern, parameterTypes, type NotebookParameter, type ParameterType } from './notebook.ts';

export interface FrontMatter {
  readonly title: string | null;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly parameters: readonly NotebookParameter[];
  readonly problems: readonly string[];
}

/** Much more than a person writes; YAML’s parser takes its time over more. */
const maxCharacters = 32_768;
const maxProblems = 20;

/**
 * YAML whose values are all texts as they are written: an account’s number keeps its zeros and digits.
 * Throws for what the parser can’t cope with.
 */
export function parseYaml(yaml: string): Document.Parsed {
  if (yaml.length > maxCharacters) throw new RangeError(`it is longer than ${maxCharacters} characters`);
  // The parser recurses, and takes seconds until it runs out of stack.
  if (yaml.replace(/[^[{]/g, '').length > 500 || /(?:[-?:] +){50}/.test(yaml))
    throw new RangeError('it is nested too deeply');
  return parseDocument(yaml, { schema: 'failsafe', uniqueKeys: false, merge: false, prettyErrors: false });
}

/** Reads the YAML between the front matter’s fences. Never fails. Aliases are not followed: they could expand without end. */
export function readFrontMatter(yaml: string): FrontMatter {
  const problems: string[] = [];
  const fields = yaml.trim() === '' ? new Map<string, unknown>() : topFields(yaml, problems);
  return {
    title: textOf(fields.get('title'))?.trim() || null,
    description: textOf(fields.get('description')),
    tags: itemsOf(fields.get('tags')).flatMap((tag) => textOf(tag) ?? []),
    parameters: parametersOf(fields.get('parameters'), problems),
    problems: problems.slice(0, maxProblems),
  };
}

function topFields(yaml: string, problems: string[]): ReadonlyMap<string, unknown> {
  try {
    const document = parseYaml(yaml.replace(/\r\n?/g, '\n'));
    const [error] = document.errors;
    if (error)
      problems.push(`The front matter is no YAML: ${error.message.replace(/^Maximum call.*/, 'too deeply nested')}`);
    else if (isMap(document.contents)) return fieldsOf(document.contents, 'The front matter', problems);
    else if (textOf(document.contents) !== null || isSeq(document.contents)) {
      problems.push('The front matter must be lines like “title: First hour”.');
    }
  } catch (error) {
    problems.push(`The front matter can’t be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  return new Map();
}

function parametersOf(node: unknown, problems: string[]): readonly NotebookParameter[] {
  if (!isMap(node)) {
    if (isSeq(node) || textOf(node) !== null) {
      problems.push('“parameters” must be names, each with its type and default.');
    }
    return [];
  }
  const taken = new Set<string>();
  return [...fieldsOf(node, 'parameters', problems)].flatMap(([name, given]) => {
    if (!namePattern.test(name)) {
      problems.push(`“${name}” can’t be a parameter’s name: write letters, digits and _, no digit first.`);
      return [];
    }
    const fields = isMap(given) ? fieldsOf(given, `$${name}`, problems) : new Map([['default', given]]);
    const type = typeOf(name, fields.get('type'), problems);
    const names = boundNames(name, type);
    const twice = names.find((bound) => taken.has(bound));
    if (twice !== undefined) {
      problems.push(
        `$${twice} is declared twice (SQL does not tell capitals from small letters); the first one counts.`,
      );
      return [];
    }
    for (const bound of names) taken.add(bound);
    return [
      {
        name,
        type,
        label: textOf(fields.get('label')),
        description: textOf(fields.get('description')),
        defaultText: defaultTextOf(fields.get('default')),
      },
    ];
  });
}

/** What SQL can call it, in small letters. */
function boundNames(name: string, type: ParameterType): readonly string[] {
  const key = name.toLowerCase();
  return type === 'range' ? [`${key}_from`, `${key}_to`] : [key];
}

function typeOf(name: string, node: unknown, problems: string[]): ParameterType {
  const given = textOf(node) ?? 'text';
  const type = parameterTypes.find((each) => each === given);
  if (!type) problems.push(`$${name}: “${given}” is no type. There are ${parameterTypes.join(', ')}. It is text now.`);
  return type ?? 'text';
}

/** A list as its values, one a line; a range’s two ends as `from/to`. */
function defaultTextOf(node: unknown): string {
  if (isMap(node)) {
    const fields = fieldsOf(node, '', []);
    return `${textOf(fields.get('from')) ?? ''}/${textOf(fields.get('to')) ?? ''}`;
  }
  if (!isSeq(node)) return textOf(node) ?? '';
  const items = itemsOf(node).flatMap((item) => textOf(item) ?? []);
  // One value with a comma in it is no list of two.
  return items.length === 1 && items[0]?.includes(',') ? `${items[0]}\n` : items.join('\n');
}

/** Of a repeated key the first value. */
function fieldsOf(map: unknown, what: string, problems: string[]): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const { key, value } of isMap(map) ? map.items : []) {
    const name = isScalar(key) ? String(key.value) : null;
    if (name === null) problems.push(`${what}: a key must be a word.`);
    else if (fields.has(name)) problems.push(`${what}: “${name}” is given twice; the first one counts.`);
    else fields.set(name, value);
  }
  return fields;
}

function itemsOf(node: unknown): readonly unknown[] {
  return isSeq(node) ? node.items : [];
}

function textOf(node: unknown): string | null {
  if (!isScalar(node as Node)) return null;
  const { value, type } = node as { value: unknown; type?: string };
  if (typeof value !== 'string') return null;
  return type === 'PLAIN' && /^(?:~|null|Null|NULL|)$/.test(value) ? null : value;
}
