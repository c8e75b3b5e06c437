import type { ProofDocument } from '#shared/api/acquisition.ts';

/** One thing that later proof needs: whether it could be had, and the file it was saved in. */
export interface ProofFinding {
  /** `public keys`, `trail status`, `bucket versioning` … */
  readonly subject: string;
  /** The region that was asked; null: none was. */
  readonly region: string | null;
  /** What it is of: a trail's ARN, the bucket. */
  readonly resource: string | null;
  /** `none`: there is no such setting. `skipped`: nothing was asked, `detail` says why. */
  readonly state: ProofDocument['state'];
  /** A sentence: what it says, or which permission is missing. */
  readonly detail: string | null;
  /** Below the folder of the proof. */
  readonly fileName: string | null;
  readonly sha256: string | null;
  readonly fetchedAt: string;
}

/** A finding without a file. */
export function unsaved(
  finding: Pick<ProofFinding, 'subject' | 'state' | 'detail'> & Partial<Pick<ProofFinding, 'region' | 'resource'>>,
): ProofFinding {
  return {
    region: null,
    resource: null,
    ...finding,
    fileName: null,
    sha256: null,
    fetchedAt: new Date().toISOString(),
  };
}
