/**
 * Whether AWS would name a region like that, known or new. A host's name is made of it, and a trail's folders are named
 * by whoever can write to the bucket.
 */
export function isRegionName(name: string): boolean {
  return /^[a-z]{2,}(-[a-z]+)+-\d{1,2}$/.test(name);
}

/** What regions answer that the account has not enabled: they don't know its keys. */
const notEnabledCodes = ['UnrecognizedClientException', 'InvalidClientTokenId', 'AuthFailure', 'OptInRequired'];

/** A sentence for errors of credentials that other regions accept; null for other errors. */
export function regionHint(code: string, region: string): string | null {
  if (!notEnabledCodes.includes(code)) return null;
  return `If other regions accept these credentials, the account has not enabled ${region}.`;
}
