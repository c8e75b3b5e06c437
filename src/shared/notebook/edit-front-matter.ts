import { isMap, isScalar, isSeq, Pair, Scalar, YAMLMap, YAMLSeq, type Document } from 'yaml';
import { TrailbenchError } from '../api/errors.ts';
import { lineBreakOf } from './edit-notebook.ts';
import { parseYaml } from './front-matter.ts';
import type { Notebook, NotebookParameter } from './notebook.ts';

export interface FrontMatterChanges {
  readonly title?: string | null;
  readonly description?: string | null;
  readonly tags?: readonly string[];
  /** All that there shall be, in order. */
  readonly parameters?: readonly NotebookParameter[];
}

/**
 * The notebook’s text with other front matter, which is made if there is none. Comments, and keys that Trailbench does not
 * know, stay. Throws BAD_INPUT if what is there is no YAML: a change would lose it.
 */
export function setFrontMatter(notebook: Notebook, changes: FrontMatterChanges): string {
  const { text, frontMatter } = notebook;
  const lineBreak = lineBreakOf(text);
  const old = frontMatter === null ? '' : text.slice(frontMatter.yaml.from, frontMatter.yaml.to);
  const yaml = withChanges(notebook, old, changes)?.replaceAll('\n', lineBreak);
  if (yaml === undefined) return text;
  if (frontMatter) return text.slice(0, frontMatter.yaml.from) + yaml + text.slice(frontMatter.yaml.to);
  const from = text.startsWith('\ufeff') ? 1 : 0;
  const rest = text.slice(from);
  const gap = rest === '' || /^[ \t]*[\r\n]/.test(rest) ? '' : lineBreak;
  return `${text.slice(0, from)}---${lineBreak}${yaml}---${lineBreak}${gap}${rest}`;
}

/** Undefined if nothing changes. */
function withChanges(notebook: Notebook, yaml: string, changes: FrontMatterChanges): string | undefined {
  const { title, description, tags, parameters } = changes;
  const isOther = <T>(next: T | undefined, now: T): next is T =>
    next !== undefined && JSON.stringify(next) !== JSON.stringify(now);
  try {
    const document = parseYaml(yaml.replace(/\r\n?/g, '\n'));
    const [error] = document.errors;
    if (error) throw error;
    if (document.contents === null) document.set('title', null);
    const map = document.contents;
    if (!isMap(map)) throw new TypeError('there are no keys');
    if (yaml.trim() === '') map.items = [];
    let isChanged = false;
    const change = (set: () => void): void => {
      isChanged = true;
      set();
    };
    if (isOther(title, notebook.title)) change(() => setText(map, 'title', title));
    if (isOther(description, notebook.description)) change(() => setText(map, 'description', description));
    if (isOther(tags, notebook.tags)) change(() => setList(map, 'tags', tags, true));
    if (isOther(parameters, notebook.parameters)) change(() => setParameters(map, notebook.parameters, parameters));
    return isChanged ? textOf(document, map) : undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TrailbenchError(
      'BAD_INPUT',
      `The notebook’s front matter is no YAML that can be changed (${reason}). Correct it in the text first.`,
      undefined,
      { cause: error },
    );
  }
}

function textOf(document: Document, map: YAMLMap): string {
  const isEmpty = map.items.length === 0 && !document.comment && !document.commentBefore && !map.comment;
  return isEmpty ? '' : document.toString({ lineWidth: 0 });
}

type Items = YAMLMap<unknown, unknown>;

function setText(map: Items, key: string, text: string | null): void {
  if (text === null || text === '') return remove(map, key);
  const node = map.get(key, true);
  if (!isScalar(node)) map.set(scalar(key), scalar(text));
  else Object.assign(node, { value: text, type: styleOf(text), tag: undefined });
}

function setList(map: Items, key: string, texts: readonly string[], flow: boolean): void {
  if (texts.length === 0) return remove(map, key);
  const node = map.get(key, true);
  const list = isSeq(node) ? node : new YAMLSeq();
  if (!isSeq(node)) list.flow = flow;
  const old = list.items.filter((item) => isScalar(item));
  list.items = texts.map((text) => old.find((item) => item.value === text) ?? scalar(text));
  if (!isSeq(node)) map.set(scalar(key), list);
}

function remove(map: Items, key: string): void {
  while (map.has(key)) map.delete(key);
}

/** Declarations that are no parameters, for whatever is wrong with them, stay behind the others. */
function setParameters(map: Items, now: readonly NotebookParameter[], next: readonly NotebookParameter[]): void {
  const node = map.get('parameters', true);
  const declared = isMap(node) ? node : new YAMLMap();
  const known = new Set(now.map(({ name }) => name));
  const others = declared.items.filter(({ key }) => !isScalar(key) || !known.has(String(key.value)));
  const pairs = next.map((parameter) => {
    const old = now.find(({ name }) => name === parameter.name);
    const pair = declared.items.find(({ key }) => isScalar(key) && key.value === parameter.name);
    if (!old || !pair) return new Pair<unknown, unknown>(scalar(parameter.name), declarationOf(parameter, null));
    if (JSON.stringify(old) !== JSON.stringify(parameter)) pair.value = changed(pair.value, old, parameter);
    return pair;
  });
  declared.items = [...pairs, ...others];
  if (declared.items.length === 0) remove(map, 'parameters');
  else if (!isMap(node)) map.set(scalar('parameters'), declared);
}

function changed(node: unknown, old: NotebookParameter, next: NotebookParameter): unknown {
  if (!isMap(node)) return declarationOf(next, old.defaultText === next.defaultText ? node : null);
  if (next.type !== old.type) setText(node, 'type', next.type);
  if (next.label !== old.label) setText(node, 'label', next.label);
  if (next.description !== old.description) setText(node, 'description', next.description);
  if (next.defaultText !== old.defaultText) setDefault(node, next);
  return node;
}

/** `defaultNode` if there is one already. */
function declarationOf(parameter: NotebookParameter, defaultNode: unknown): Items {
  const map = new YAMLMap();
  setText(map, 'type', parameter.type);
  setText(map, 'label', parameter.label);
  setText(map, 'description', parameter.description);
  if (isScalar(defaultNode) || isSeq(defaultNode)) map.set(scalar('default'), defaultNode);
  else setDefault(map, parameter);
  return map;
}

function setDefault(map: Items, { type, defaultText }: NotebookParameter): void {
  const lines = defaultText.replace(/\n$/, '').split('\n');
  if (type === 'list' && defaultText.includes('\n')) setList(map, 'default', lines, false);
  else setText(map, 'default', defaultText);
}

function scalar(text: string): Scalar<string> {
  return Object.assign(new Scalar(text), { type: styleOf(text) });
}

/** Quoted where YAML readers with types of their own would take it for something else than text. */
function styleOf(text: string): Scalar.Type {
  if (/^(?:[-+.\d~].*|null|true|false|yes|no|on|off|y|n|)$/is.test(text)) return 'QUOTE_DOUBLE';
  if (/(?!\n)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufeff]/u.test(text)) return 'QUOTE_DOUBLE';
  return text.includes('\n') ? 'BLOCK_LITERAL' : 'PLAIN';
}
