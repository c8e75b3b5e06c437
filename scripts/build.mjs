// Builds the app into out/ (`npm run build`).
import { ensureBuilt, ensureInstalled } from './setup.mjs';

await ensureInstalled();
await ensureBuilt('all');
