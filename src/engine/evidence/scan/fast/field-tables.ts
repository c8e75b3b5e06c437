import { recordFields, type Field, type FieldTable } from '../record-layout.ts';

/** The numbers of record-scanner.ts in `assembly`. */
const kindNumber: Record<Field['kind'], number> = {
  text: 1,
  json: 2,
  uuid: 3,
  timestamp: 4,
  boolean: 5,
  resources: 6,
  object: 7,
};

const slots = 256;
const entryBytes = 16;

/**
 * Writes the known keys of every object as hash tables: 256 entries of 16 bytes each (address and length of the key,
 * kind, column or object number; a length of 0 ends a search). The record's own table is the first, that of object N
 * the (N + 2)th. `offset` is where in the memory `target` begins. Returns the bytes used.
 */
export function writeFieldTables(target: Uint8Array, offset: number): number {
  const tables: FieldTable[] = [recordFields];
  const collect = (fields: FieldTable): void => {
    for (const field of fields.entries.values()) {
      if (field.kind !== 'object') continue;
      tables[field.index + 1] = field.fields;
      collect(field.fields);
    }
  };
  collect(recordFields);
  const words = new DataView(target.buffer, target.byteOffset, target.byteLength);
  let keyAt = tables.length * slots * entryBytes;
  tables.forEach((table, index) => {
    for (const [name, field] of table.entries) {
      const key = new TextEncoder().encode(name);
      target.set(key, keyAt);
      let slot = slotOf(key);
      const entryAt = () => (index * slots + slot) * entryBytes;
      while (words.getUint32(entryAt() + 4, true) !== 0) slot = (slot + 1) & (slots - 1);
      words.setUint32(entryAt(), offset + keyAt, true);
      words.setUint32(entryAt() + 4, key.length, true);
      words.setUint32(entryAt() + 8, kindNumber[field.kind], true);
      words.setUint32(entryAt() + 12, field.kind === 'object' ? field.index : field.column, true);
      keyAt += key.length;
    }
  });
  return keyAt;
}

function slotOf(key: Uint8Array): number {
  const first = key[0]!;
  const middle = key[key.length >> 1]!;
  const last = key[key.length - 1]!;
  return (key.length * 67 + first * 7 + middle * 131 + last * 29) & (slots - 1);
}
