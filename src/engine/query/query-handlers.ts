import { os } from '#engine/implementer.ts';
import { allowedFunctionNames } from './function-list.ts';
import { resultStoreOf } from './result-store.ts';
import { queryWindow, runQuery } from './run-query.ts';

export const queryHandlers = {
  run: os.query.run.handler(({ context, input, signal }) =>
    runQuery(context.requireCase(), input.sql, input.parameters, signal),
  ),
  window: os.query.window.handler(({ context, input, signal }) => queryWindow(context.requireCase(), input, signal)),
  release: os.query.release.handler(({ context, input }) =>
    resultStoreOf(context.requireCase()).release(input.resultId),
  ),
  functions: os.query.functions.handler(() => allowedFunctionNames()),
};
