import { expect, test } from 'vitest';
import { aggregateFunctions, windowFunctions } from '#engine/athena/aggregate-functions.ts';
import { scalarFunctions } from '#engine/athena/scalar-functions.ts';
import { allowedFunctionNames } from '#engine/query/function-list.ts';
import { athenaFunctions } from '../../src/renderer/features/query/athena-functions.ts';
import { duckdbFunctionNotes } from '../../src/renderer/features/query/duckdb-functions.ts';

/** Written like functions, parsed as syntax. */
const syntax = ['coalesce', 'try_cast'];

test('the editor explains no function that the fence refuses', () => {
  const allowed = new Set([...allowedFunctionNames(), ...syntax]);
  expect(Object.keys(duckdbFunctionNotes).filter((name) => !allowed.has(name))).toEqual([]);
});

test('in Athena’s dialect the editor offers exactly what is translated', () => {
  const translated = [aggregateFunctions, windowFunctions, scalarFunctions].flatMap((each) => Object.keys(each));
  expect(new Set(athenaFunctions)).toEqual(new Set([...translated, ...syntax]));
});
