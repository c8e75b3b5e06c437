import type { FunctionCall, FunctionRule } from '../call.ts';
import type { Sql } from '../sql-text.ts';
import { describe, isText, isUnknown, varbinary, varchar, type Type } from '../types.ts';

/** Bytes: Athena's hashes are bytes, DuckDB's are their hexadecimal digits. */
export const binaryFunctions: Readonly<Record<string, FunctionRule>> = {
  to_utf8: (call) => of(call, varchar, 'encode', varbinary),
  from_utf8: (call) => of(call, varbinary, 'decode', varchar),
  to_base64: (call) => of(call, varbinary, 'to_base64', varchar),
  from_base64: (call) => of(call, varchar, 'from_base64', varbinary),
  to_hex: (call) => of(call, varbinary, 'hex', varchar),
  from_hex: (call) => of(call, varchar, 'unhex', varbinary),
  md5: (call) => hashed(call, 'md5'),
  sha1: (call) => hashed(call, 'sha1'),
  sha256: (call) => hashed(call, 'sha256'),
};

function of(call: FunctionCall, takes: Type, name: string, gives: Type): Sql {
  call.expect(1);
  const value = call.argument(0);
  const isRight = takes.kind === 'varchar' ? isText(value.type) : value.type.kind === takes.kind;
  if (!isRight && !isUnknown(value.type)) {
    call.refuse(`${call.node.name}() takes ${describe(takes)}; this is ${describe(value.type)}.`);
  }
  return call.make(name, gives, value.text);
}

function hashed(call: FunctionCall, name: string): Sql {
  const hash = of(call, varbinary, name, varchar);
  return call.make('unhex', varbinary, hash.text);
}
