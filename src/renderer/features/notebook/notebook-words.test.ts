import { describe, expect, it } from 'vitest';
import type { NotebookParameter, ParameterType } from '#shared/notebook/notebook.ts';
import { cellNameProblem, parameterNameProblem, shownValue, suggestionColumn } from './notebook-words.ts';

const parameter = (name: string, type: ParameterType): NotebookParameter => ({
  ...{ name, type },
  ...{ label: null, description: null, defaultText: '' },
});

describe('cellNameProblem', () => {
  it('takes a new name, and none', () => {
    expect(cellNameProblem('first_seen', ['other'])).toBeNull();
    expect(cellNameProblem('', ['other'])).toBeNull();
  });

  it('refuses what is no name, what is taken, and the case’s tables', () => {
    expect(cellNameProblem('1st', [])).not.toBeNull();
    expect(cellNameProblem('a b', [])).not.toBeNull();
    expect(cellNameProblem('Other', ['other'])).not.toBeNull();
    expect(cellNameProblem('EVENTS', [])).toContain('EVENTS');
  });
});

describe('parameterNameProblem', () => {
  it('refuses what is no name or is taken, in any case', () => {
    expect(parameterNameProblem('key', ['other'])).toBeNull();
    expect(parameterNameProblem('', [])).not.toBeNull();
    expect(parameterNameProblem('KEY', ['key'])).not.toBeNull();
  });
});

describe('shownValue', () => {
  it('shows lists and ranges on one line', () => {
    expect(shownValue(parameter('a', 'list'), 'x\ny, z\n\nw')).toBe('x, y and 2 more');
    expect(shownValue(parameter('a', 'range'), '2023-07-10/')).toBe('2023-07-10 – …');
    expect(shownValue(parameter('a', 'range'), '/')).toBe('');
    expect(shownValue(parameter('a', 'text'), ' AKIA ')).toBe('AKIA');
  });
});

describe('suggestionColumn', () => {
  it('goes by the type, then by the name', () => {
    expect(suggestionColumn(parameter('who', 'identity'))).toBe('actor');
    expect(suggestionColumn(parameter('access_key', 'text'))).toBe('accessKeyId');
    expect(suggestionColumn(parameter('word', 'text'))).toBeNull();
    expect(suggestionColumn(parameter('region', 'number'))).toBeNull();
  });
});
