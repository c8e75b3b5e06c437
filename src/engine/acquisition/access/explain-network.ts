import type { AwsCall, FailureKind } from './aws-failure.ts';
import type { AwsErrorParts, FailureContext } from './explain-aws.ts';

type Explanation = readonly [kind: FailureKind, sentence: string];

/** What is wrong with the connection, if it never came to an answer. */
export function explainNetwork(
  error: unknown,
  parts: AwsErrorParts,
  call: AwsCall,
  context: FailureContext,
): Explanation | null {
  const { message, fields } = parts;
  const code = codeOf(error);
  const host = textOf(fields['hostname']) || (context.endpointUrl ? new URL(context.endpointUrl).host : 'the server');
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return [
        'connection',
        `The name ${host} can’t be resolved: check the network connection${context.endpointUrl ? ' and the endpoint' : ' and the region'}.${proxyHint()}`,
      ];
    case 'ECONNREFUSED':
      return [
        'connection',
        `${host} refuses connections: check ${context.endpointUrl ? 'the endpoint, and that the store runs' : 'the network'}.${proxyHint()}`,
      ];
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
      return ['connection', `${host} can’t be reached from this machine: check the network connection.${proxyHint()}`];
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return ['connection', `The connection broke during ${call.action}: it is tried again.${proxyHint()}`];
    case 'ETIMEDOUT':
      return [
        'connection',
        `${host} did not answer ${call.action} in time: check the network connection.${proxyHint()}`,
      ];
  }
  if (isTlsCode(code)) {
    return [
      'other',
      `The certificate of ${host} is not trusted (${code}): if your organization inspects its traffic, point AWS_CA_BUNDLE or NODE_EXTRA_CA_CERTS at its root certificate; else someone may be listening in.`,
    ];
  }
  if (code === 'EPROTO' || /wrong version number|packet length too long/i.test(message)) {
    return [
      'other',
      `${host} does not speak TLS as it should: check whether the endpoint begins with http:// or https://.`,
    ];
  }
  if (/^HPE_/.test(code) || /Parse Error/.test(message)) {
    return ['other', `${host} does not answer in HTTP: check the endpoint and its port.`];
  }
  if (parts.code === 'TimeoutError') {
    return ['connection', `${host} did not answer ${call.action} in time: check the network connection.${proxyHint()}`];
  }
  if (/socket hang up|aborted|premature close/i.test(message) && parts.httpStatus === null) {
    return ['connection', `The connection broke during ${call.action}: it is tried again.${proxyHint()}`];
  }
  return null;
}

/** Of the error, or of what caused it: Node gives one for each address it tried. */
function codeOf(error: unknown): string {
  const { code, cause, errors } = (error ?? {}) as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  const inner = Array.isArray(errors) ? (errors as unknown[])[0] : cause;
  return inner === undefined ? '' : codeOf(inner);
}

function isTlsCode(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|CERT_)|^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|HOSTNAME_MISMATCH)$|^UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)/.test(
    code,
  );
}

function proxyHint(): string {
  const { env } = process;
  const isSet = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY'].some((name) => env[name]);
  return isSet ? ' A proxy is set in the environment, which Trailbench does not use: it connects directly.' : '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
