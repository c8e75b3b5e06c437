// Vitest's set-up for tests of the whole built app.
import { ensureBuilt } from './setup.mjs';

export const setup = () => ensureBuilt('all');
