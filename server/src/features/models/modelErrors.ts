import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { DomainError } from '../../platform/errors.ts';
import { messageOf } from './serverMessage.ts';

/** Why a request to a model server failed: a few fixed words, for metrics. */
type Reason =
  | 'unreachable'
  | 'unknown_host'
  | 'certificate'
  | 'timed_out'
  | 'connection_lost'
  | 'too_large'
  | 'unexpected_response'
  | 'rejected_key'
  | 'overloaded'
  | 'redirected'
  | 'context_too_long'
  | 'unknown_model'
  | 'server_failed'
  | 'rejected';

/** A problem with the model server. The message tells the user what to do. */
export class ModelServerError extends DomainError {
  readonly reason: Reason;
  constructor(reason: Reason, message: string) {
    super('unavailable', message, 'model_server');
    this.reason = reason;
  }
}

const modelServerError = (reason: Reason, message: string) => new ModelServerError(reason, message);

// The OpenAI client treats errors that mention "timeout" or "timed out" as its own, so no message contains them.
export const modelErrors = {
  unreachable: () =>
    modelServerError('unreachable', "Can't reach the model server. Try again, or tell your admin."),
  unknownHost: () =>
    modelServerError(
      'unknown_host',
      'Host not found. Tell your admin to check the base URL of the model server.',
    ),
  certificate: () =>
    modelServerError(
      'certificate',
      'The certificate of the model server is not valid. Tell your admin to check the connection.',
    ),
  connectTimeout: () =>
    modelServerError(
      'timed_out',
      'The model server did not accept the connection in time. Try again, or tell your admin.',
    ),
  firstByteTimeout: () =>
    modelServerError('timed_out', 'The model server did not respond in time. Try again.'),
  idleTimeout: () =>
    modelServerError('timed_out', 'The model server stopped sending in the middle of the answer.'),
  connectionLost: () =>
    modelServerError(
      'connection_lost',
      'The connection to the model server was lost in the middle of the answer.',
    ),
  incomplete: () =>
    modelServerError('connection_lost', 'The model server ended the answer before it was complete.'),
  eventTooLarge: () =>
    modelServerError(
      'too_large',
      'The model server sent a part of the answer that is larger than 1 MB. Try again, or choose another model.',
    ),
  answerTooLarge: () =>
    modelServerError(
      'too_large',
      'The model server sent more than 256 MB for one answer. Try again, or choose another model.',
    ),
  listTimeout: () =>
    modelServerError('timed_out', 'The model server did not send its list of models in time. Try again.'),
  noModelList: () =>
    modelServerError(
      'unexpected_response',
      'There is no list of models at this base URL. Most base URLs of model servers end in /v1.',
    ),
  unexpectedResponse: () =>
    modelServerError(
      'unexpected_response',
      'Unexpected response from the model server. Is this an OpenAI-compatible API?',
    ),
};

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** Errors that pass unchanged: our own, and those of a request that was aborted on purpose. */
const passes = (error: unknown): boolean =>
  error instanceof DomainError || (error as Error).name === 'AbortError';

/**
 * Returns the error of a request that got no response. Sources: https://nodejs.org/docs/latest-v20.x/api/errors.html,
 * https://undici.nodejs.org/#/docs/api/Errors
 */
export function connectionError(error: unknown): unknown {
  if (passes(error)) return error;
  const code = codeOf(error);
  if (/^(ENOTFOUND|EAI_)/.test(code)) return modelErrors.unknownHost();
  if (/CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO/.test(code)) return modelErrors.certificate();
  if (/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/.test(code)) return modelErrors.connectTimeout();
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return modelErrors.firstByteTimeout();
  const { name, message } = error as Error;
  // `bad upgrade` is undici's error for a response that switches protocols.
  if (name === 'HTTPParserError' || message === 'bad upgrade') return modelErrors.unexpectedResponse();
  return modelErrors.unreachable();
}

/** Returns the error of an interrupted response. */
export function streamError(error: unknown): unknown {
  if (passes(error)) return error;
  return codeOf(error) === 'UND_ERR_BODY_TIMEOUT' ? modelErrors.idleTimeout() : modelErrors.connectionLost();
}

/** Returns what the reader of an error may see of the body that a model server sent with it; empty for nothing. */
type Quote = (body: unknown) => string;

function detailsOf(error: APIError, quote: Quote): string {
  const message = quote(error.error);
  return message && ` The server says: ${message}`;
}

const contextTooLong =
  /context.length|context_length|context window|maximum context|too many tokens|prompt is too long/i;

function statusError(error: APIError, status: number, quote: Quote): DomainError {
  const details = detailsOf(error, quote);
  // Some servers quote a rejected key, so their message is left out.
  if (status === 401 || status === 403)
    return modelServerError(
      'rejected_key',
      'The model server rejected the API key of this connection. Tell your admin.',
    );
  if (status === 429)
    return modelServerError(
      'overloaded',
      `The model server is overloaded, or its quota is used up. Try again later.${details}`,
    );
  if (status >= 300 && status < 400) {
    return modelServerError(
      'redirected',
      'The model server redirects to another URL, which is not followed. Tell your admin to enter that URL.',
    );
  }
  if (contextTooLong.test(`${error.code ?? ''} ${messageOf(error.error)}`)) {
    return modelServerError(
      'context_too_long',
      `This chat is too long for the model. Start a new chat, or choose another model.${details}`,
    );
  }
  if (status === 404)
    return modelServerError('unknown_model', `The model server does not know this model.${details}`);
  if (status >= 500)
    return modelServerError(
      'server_failed',
      `The model server failed (status ${status}). Try again.${details}`,
    );
  return modelServerError('rejected', `The model server rejected the request (status ${status}).${details}`);
}

function apiError(error: APIError, quote: Quote): DomainError {
  if (error.status !== undefined) return statusError(error, error.status, quote);
  // An error event inside a stream has no status.
  return modelServerError('server_failed', `The model server reported an error.${detailsOf(error, quote)}`);
}

/** Returns any error of a model server as one for the person for whom `quote` selects what the server says. */
export function asModelError(error: unknown, quote: Quote): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof APIConnectionTimeoutError) return modelErrors.firstByteTimeout();
  if (error instanceof APIConnectionError)
    return error.cause instanceof DomainError ? error.cause : modelErrors.unreachable();
  return error instanceof APIError ? apiError(error as APIError, quote) : modelErrors.unexpectedResponse();
}
