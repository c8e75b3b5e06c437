/** What went wrong with a call to AWS, by what must be done about it. */
export type FailureKind =
  /** Too many requests, or the server is overloaded: later. */
  | 'throttled'
  /** No answer, a connection dropped, a body cut short, a server error: again. */
  | 'connection'
  /** There are no credentials, or they are not accepted. */
  | 'credentials'
  | 'expired'
  /** A permission is missing. */
  | 'denied'
  /** The object's KMS key can't be used. */
  | 'kms'
  /** Encrypted with a key of the customer's own (SSE-C). */
  | 'customer-key'
  /** In a storage class that must be restored first. */
  | 'archived'
  /** The object is not there (any more). */
  | 'gone'
  | 'no-bucket'
  | 'wrong-region'
  | 'clock-skew'
  /** Length or checksum differ from what S3 said. */
  | 'damaged'
  | 'cancelled'
  | 'other';

export interface AwsFailure {
  readonly kind: FailureKind;
  /** The service's own error code (`AccessDenied`, `SlowDown`), or Node's (`ECONNRESET`). */
  readonly code: string;
  readonly httpStatus: number | null;
  /** For people: what happened and what to do next. */
  readonly sentence: string;
}

/** The call that failed, as IAM names it: `s3:GetObject` on `s3://bucket/key`. */
export interface AwsCall {
  readonly action: string;
  readonly resource: string;
}
