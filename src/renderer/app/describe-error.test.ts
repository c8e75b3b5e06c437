import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { TrailbenchError } from '#shared/api/errors.ts';
import { describeError, isAbort } from './describe-error.ts';

describe('describeError', () => {
  it('keeps the engine’s own sentence for the contract’s errors', () => {
    const error = new ORPCError('CASE_LOCKED', { message: 'Process 812 has it open. Close it there.', defined: true });
    expect(describeError(error)).toEqual({
      code: 'CASE_LOCKED',
      title: 'The case is open elsewhere',
      sentence: 'Process 812 has it open. Close it there.',
    });
    expect(describeError(new TrailbenchError('IO_FAILED', 'Disk full.')).code).toBe('IO_FAILED');
  });

  it('never shows the text of what it does not know', () => {
    const description = describeError(new TypeError('secret at file.ts:12'));
    expect(description.code).toBeNull();
    expect(JSON.stringify(description)).not.toContain('secret');
    expect(describeError('text').code).toBeNull();
  });
});

describe('isAbort', () => {
  it('tells what the page called off from what failed', () => {
    expect(isAbort(new DOMException('aborted', 'AbortError'))).toBe(true);
    expect(isAbort(new TrailbenchError('CANCELLED', 'Cancelled.'))).toBe(true);
    expect(isAbort(new TrailbenchError('IO_FAILED', 'Disk full.'))).toBe(false);
  });
});
