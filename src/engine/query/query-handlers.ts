import { translateAthena } from '#engine/athena/translate-athena.ts';
import { os } from '#engine/implementer.ts';
import { exportResult } from './export-result.ts';
import { allowedFunctionNames } from './function-list.ts';
import { resultLanes } from './lanes.ts';
import { resultStoreOf } from './result-store.ts';
import { queryWindow, runQuery } from './run-query.ts';
import { columnValues } from './values.ts';

export const queryHandlers = os.query.router({
  run: os.query.run.handler(({ context, input, signal }) => runQuery(context.requireCase(), input, signal)),
  translate: os.query.translate.handler(({ input }) => translateAthena(input.sql)),
  window: os.query.window.handler(({ context, input, signal }) => queryWindow(context.requireCase(), input, signal)),
  release: os.query.release.handler(({ context, input }) =>
    resultStoreOf(context.requireCase()).release(input.resultId),
  ),
  lanes: os.query.lanes.handler(({ context, input, signal }) => resultLanes(context.requireCase(), input, signal)),
  export: os.query.export.handler(({ context, input, signal }) => exportResult(context.requireCase(), input, signal)),
  values: os.query.values.handler(({ context, input, signal }) => columnValues(context.requireCase(), input, signal)),
  functions: os.query.functions.handler(() => allowedFunctionNames()),
});
