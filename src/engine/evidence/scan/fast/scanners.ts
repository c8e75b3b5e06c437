import { ChunkBuilder } from '../chunk-builder.ts';
import { RecordScanner } from '../record-scanner.ts';
import { FastScanner } from './fast-scanner.ts';

/** What reads records into rows: the plain scanner, which can read all, and if there is one the fast, which goes first. */
export interface Scanners {
  readonly chunk: ChunkBuilder;
  readonly plain: RecordScanner;
  readonly fast: FastScanner | null;
  /** Why there is no fast one; null: there is, or none was asked for. */
  readonly problem: string | null;
}

/** Scanners that write into one chunk. `modulePath`: the built WebAssembly module; null: plain only. */
export function makeScanners(modulePath: URL | null): Scanners {
  if (modulePath === null) return plainScanners(null);
  try {
    const fast = new FastScanner(modulePath);
    return { chunk: fast.chunk, plain: new RecordScanner(fast.chunk), fast, problem: null };
  } catch (error) {
    return plainScanners(error instanceof Error ? error.message : String(error));
  }
}

function plainScanners(problem: string | null): Scanners {
  const chunk = new ChunkBuilder();
  return { chunk, plain: new RecordScanner(chunk), fast: null, problem };
}
