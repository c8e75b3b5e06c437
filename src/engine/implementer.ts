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
