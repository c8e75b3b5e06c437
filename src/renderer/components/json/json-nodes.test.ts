import { describe, expect, it } from 'vitest';
import { parseJsonNodes, type JsonNode } from './json-nodes.ts';

function plain(node: JsonNode | null): unknown {
  if (node === null) return undefined;
  if (node.kind === 'object') return Object.fromEntries(node.entries.map((entry) => [entry.key, plain(entry.value)]));
  if (node.kind === 'array') return node.entries.map((entry) => plain(entry.value));
  return node.kind === 'string' ? node.text : (JSON.parse(node.text) as unknown);
}

describe('parseJsonNodes', () => {
  it('reads what JSON.parse reads', () => {
    for (const text of [
      '{"a":{"b":[1,2.5,-3e+2,true,false,null,"x\\"y\\\\"]},"empty":{},"none":[]}',
      ' [ ] ',
      '"\\u00e9\\ud83d\\ude00"',
      '0',
      '{"requestParameters": {"<img src=x onerror=alert(1)>": "\\u003cscript\\u003e"}}',
    ]) {
      expect(plain(parseJsonNodes(text))).toEqual(JSON.parse(text));
    }
  });

  it('keeps every digit, the order of keys and keys that occur twice', () => {
    const node = parseJsonNodes('{"10":12345678901234567890,"2":1.10,"10":0}');
    expect(node).toEqual({
      kind: 'object',
      entries: [
        { key: '10', value: { kind: 'number', text: '12345678901234567890' } },
        { key: '2', value: { kind: 'number', text: '1.10' } },
        { key: '10', value: { kind: 'number', text: '0' } },
      ],
    });
  });

  it('refuses what is no JSON', () => {
    for (const text of ['', '{', '{"a":}', '[1,]', '{"a" 1}', '"a', '1 2', 'nul', '"\\x"', '{"a":1}}']) {
      expect(parseJsonNodes(text), text).toBeNull();
    }
  });

  it('gives up on absurd nesting instead of overflowing the stack', () => {
    expect(parseJsonNodes('['.repeat(100_000) + ']'.repeat(100_000))).toBeNull();
  });
});
