import { describe, expect, it } from 'vitest';
import { BlockKeyboard } from './block-keyboard.ts';

const key = (name: string, more: Partial<KeyboardEvent> = {}) => ({
  ...{ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, timeStamp: 0 },
  ...more,
});

describe('BlockKeyboard', () => {
  it('removes after two d, if they follow each other soon', () => {
    const keyboard = new BlockKeyboard();
    expect(keyboard.commandOf(key('d', { timeStamp: 0 }))).toBeNull();
    expect(keyboard.commandOf(key('d', { timeStamp: 300 }))).toBe('remove');
    expect(keyboard.commandOf(key('d', { timeStamp: 400 }))).toBeNull();
    expect(keyboard.commandOf(key('j', { timeStamp: 500 }))).toBe('next');
    expect(keyboard.commandOf(key('d', { timeStamp: 600 }))).toBeNull();
    expect(keyboard.commandOf(key('d', { timeStamp: 2000 }))).toBeNull();
  });

  it('leaves the browser’s own keys alone', () => {
    const keyboard = new BlockKeyboard();
    expect(keyboard.commandOf(key('a', { ctrlKey: true }))).toBeNull();
    expect(keyboard.commandOf(key('p', { metaKey: true }))).toBeNull();
    expect(keyboard.commandOf(key('ArrowLeft', { altKey: true }))).toBeNull();
    expect(keyboard.commandOf(key('constructor'))).toBeNull();
  });

  it('undoes and redoes', () => {
    const keyboard = new BlockKeyboard();
    expect(keyboard.commandOf(key('z', { metaKey: true }))).toBe('undo');
    expect(keyboard.commandOf(key('Z', { ctrlKey: true, shiftKey: true }))).toBe('redo');
    expect(keyboard.commandOf(key('ArrowUp', { altKey: true }))).toBe('move-up');
  });
});
