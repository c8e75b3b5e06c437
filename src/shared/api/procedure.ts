import { oc } from '@orpc/contract';
import { errorDefinitions } from './errors.ts';

/** Every procedure of the contract starts here, so that each knows the closed list of errors. */
export const procedure = oc.errors(errorDefinitions);
