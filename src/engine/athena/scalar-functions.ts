import type { FunctionRule } from './call.ts';
import { binaryFunctions } from './functions/binary.ts';
import { conditionalFunctions } from './functions/conditional.ts';
import { jsonFunctions } from './functions/json.ts';
import { listFunctions } from './functions/lists.ts';
import { lambdaFunctions } from './functions/lambdas.ts';
import { mapFunctions } from './functions/maps.ts';
import { numberFunctions } from './functions/numbers.ts';
import { patternFunctions } from './functions/patterns.ts';
import { textFunctions } from './functions/text.ts';
import { timeFormatFunctions } from './functions/time-formats.ts';
import { timeFunctions } from './functions/time.ts';
import { urlFunctions } from './functions/urls.ts';

/** The functions of Athena's that were compared with DuckDB's one by one, in lower case. No other is translated. */
export const scalarFunctions: Readonly<Record<string, FunctionRule>> = {
  ...binaryFunctions,
  ...conditionalFunctions,
  ...jsonFunctions,
  ...lambdaFunctions,
  ...listFunctions,
  ...mapFunctions,
  ...numberFunctions,
  ...patternFunctions,
  ...textFunctions,
  ...timeFormatFunctions,
  ...timeFunctions,
  ...urlFunctions,
};
