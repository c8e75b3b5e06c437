// Vitest's set-up for tests that need the scan worker and the engine process as built.
import { ensureBuilt } from './setup.mjs';

export const setup = () => ensureBuilt('node');
