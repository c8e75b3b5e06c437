import type { BucketListing } from './bucket-listing.ts';
import type { ListTask } from './day-plan.ts';

/** Deep enough to reach the kinds of an organization's trail; what is below is one list each. */
const deepestSplit = 4;
/** A folder of more folders is listed as one. */
const mostFolders = 1000;

/** Lists to make so that everything below a prefix is listed once, several at once where it is much. */
export async function* splitByFolders(
  listing: BucketListing,
  prefix: string,
  onFailure: (prefix: string, error: unknown) => void,
  depthLeft = deepestSplit,
): AsyncGenerator<ListTask> {
  if (depthLeft === 0) return yield { prefix };
  let folders: string[];
  try {
    const page = await listing.firstPage(prefix);
    if (page.isLast) return yield { page };
    const found = await listing.folders(prefix, mostFolders);
    if (found.folders.length >= mostFolders) return yield { prefix };
    folders = found.folders;
    // A limit was not reached, so every page of them was seen.
    if (found.hasObjects) yield { prefix, delimiter: '/' };
  } catch (error) {
    return onFailure(prefix, error);
  }
  for (const folder of folders) yield* splitByFolders(listing, folder, onFailure, depthLeft - 1);
}
