/**
 * Hosts of AWS's own sign-in pages. Of amazonaws.com the device page alone: whatever else has a name there (buckets,
 * load balancers) is anyone's.
 */
const signInHosts = [
  /(^|\.)awsapps\.(com|cn)$/,
  /(^|\.)app\.aws$/,
  /(^|\.)signin\.aws$/,
  /(^|\.)signin\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)$/,
  /^device\.sso\.[a-z]{2}(-[a-z]+)+-\d\.amazonaws\.com(\.cn)?$/,
];

/** True for the pages that a sign-in may open outside of the app: https, on a host of AWS's sign-in, nothing else. */
export function isSignInUrl(url: string): boolean {
  const host = /^https:\/\/([a-z0-9.-]+)([/?#][!-~]*)?$/.exec(url)?.[1];
  return host !== undefined && !url.includes('\\') && signInHosts.some((pattern) => pattern.test(host));
}
