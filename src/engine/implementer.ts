import { ValidationError } from '@orpc/contract';
import { implement, ORPCError } from '@orpc/server';
import { contract } from '#shared/api/index.ts';
import { TrailbenchError } from '#shared/api/errors.ts';
import type { EngineContext } from './engine-context.ts';

/**
 * Where handlers begin: `os.query.run.handler(…)`. TrailbenchErrors become the contract's typed errors; anything else
 * is a defect: it is logged and crosses as INTERNAL without its text.
 */
export const os = implement(contract)
  .$context<EngineContext>()
  .use(async ({ context, next, path }) => {
    try {
      return await next();
    } catch (error) {
      if (error instanceof TrailbenchError) {
        throw new ORPCError(error.code, { message: error.message, data: error.detail, defined: true, cause: error });
      }
      if (error instanceof ORPCError && error.code === 'BAD_REQUEST') {
        throw new ORPCError('BAD_INPUT', {
          message: describeIssues(error),
          data: undefined,
          defined: true,
          cause: error,
        });
      }
      if (error instanceof ORPCError) throw error;
      context.log(`${path.join('.')} failed`, error);
      throw new ORPCError('INTERNAL', {
        message: 'Trailbench ran into a defect of its own. Details are in the log file (Settings shows where).',
        data: undefined,
        defined: true,
        cause: error,
      });
    }
  });

/** What the contract's schema found wrong with a call's input. */
function describeIssues(error: ORPCError<string, unknown>): string {
  const issues = error.cause instanceof ValidationError ? error.cause.issues : [];
  const details = issues.map(({ message, path }) => {
    const place = (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return place ? `${place}: ${message}` : message;
  });
  return `The engine was called with input that it does not take. ${details.join(' ')}`.trim();
}
