import { mapEventIterator } from '@orpc/client';
import { ValidationError } from '@orpc/contract';
import { implement, ORPCError, type ImplementerInternalWithMiddlewares } from '@orpc/server';
import { contract } from '#shared/api/index.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { EngineContext } from './engine-context.ts';

const withErrors = implement(contract)
  .$context<EngineContext>()
  .use(async ({ context, next, path }) => {
    const crossing = (error: unknown): ORPCError<string, unknown> => errorForWire(error, context, path);
    try {
      const result = await next();
      // An event stream fails later than the call that opened it.
      if (!isEventStream(result.output)) return result;
      const output = mapEventIterator(result.output, {
        value: async (value) => value,
        error: async (error) => crossing(error),
      });
      return { ...result, output };
    } catch (error) {
      throw crossing(error);
    }
  });

function isEventStream(output: unknown): output is AsyncIterator<unknown> {
  return typeof output === 'object' && output !== null && Symbol.asyncIterator in output;
}

function errorForWire(error: unknown, context: EngineContext, path: readonly string[]): ORPCError<string, unknown> {
  if (error instanceof TrailbenchError) {
    return new ORPCError(error.code, { message: error.message, data: error.detail, defined: true, cause: error });
  }
  if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
    return new ORPCError('BAD_INPUT', { message: describeIssues(error), data: undefined, defined: true, cause: error });
  }
  if (error instanceof ORPCError) return error;
  context.log(`${path.join('.')} failed`, error);
  return new ORPCError('INTERNAL', {
    message: 'Trailbench ran into a defect of its own. Details are in the log file (Settings shows where).',
    data: undefined,
    defined: true,
    cause: error,
  });
}

/**
 * Where handlers begin: `os.query.run.handler(…)`. TrailbenchErrors become the contract's typed errors; anything else
 * is a defect: it is logged and crosses as INTERNAL without its text.
 */
// The inferred type is longer than TypeScript writes into a declaration file.
export const os: ImplementerInternalWithMiddlewares<typeof contract, EngineContext, EngineContext> = withErrors;

/** What the contract's schema found wrong with a call's input. */
function describeIssues(error: ORPCError<string, unknown>): string {
  const issues = error.cause instanceof ValidationError ? error.cause.issues : [];
  const details = issues.map(({ message, path }) => {
    const place = (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return place ? `${place}: ${message}` : message;
  });
  return `The engine was called with input that it does not take. ${details.join(' ')}`.trim();
}
