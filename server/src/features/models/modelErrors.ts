import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { DomainError } from '../../platform/errors.ts';

/** Characters kept of what a model server says for itself. */
const ownWordsMax = 300;

/** Something is wrong with the model server, said so that a person can act on it. */
const serverFault = (message: string) => new DomainError('unavailable', message, 'model_server');

export const modelErrors = {
  unreachable: () =>
    serverFault('The model server did not answer at its address. Try again, or tell your admin.'),
  unknownName: () =>
    serverFault(
      'The name of the model server leads nowhere. Tell your admin to check the address of the connection.',
    ),
  certificate: () =>
    serverFault('The certificate of the model server is not valid. Tell your admin to check the connection.'),
  slowToConnect: () => serverFault('The model server did not answer in time. Try again, or tell your admin.'),
  slowToAnswer: () => serverFault('The model server did not begin to answer in time. Try again.'),
  silent: () => serverFault('The model server stopped sending in the middle of its answer.'),
  brokenOff: () => serverFault('The connection to the model server broke in the middle of its answer.'),
  endedEarly: () => serverFault('The model server ended its answer before it was complete.'),
  noList: () =>
    serverFault('There is no list of models at this address. Most addresses of model servers end in /v1.'),
  notUnderstood: () =>
    serverFault(
      'The model server sent something that is no answer. Tell your admin to check the address of the connection.',
    ),
};

/** What a failed connection means. Source: https://nodejs.org/docs/latest-v20.x/api/errors.html#common-system-errors */
export function connectionError(error: NodeJS.ErrnoException): DomainError {
  if (error instanceof DomainError) return error;
  const code = error.code ?? '';
  if (/^(ENOTFOUND|EAI_)/.test(code)) return modelErrors.unknownName();
  if (/CERT|^ERR_TLS|^ERR_SSL|SELF_SIGNED|UNABLE_TO/.test(code)) return modelErrors.certificate();
  return code === 'ETIMEDOUT' ? modelErrors.slowToConnect() : modelErrors.unreachable();
}

/** The server's own message, when it sent one as JSON: one line, trimmed, without anything that looks like a key. */
function ownWords(error: APIError, apiKey: string | null): string {
  const body = error.error as { message?: unknown } | string | undefined;
  const said = typeof body === 'string' ? body : body?.message;
  if (typeof said !== 'string') return '';
  const line = (apiKey ? said.replaceAll(apiKey, '…') : said)
    .replace(/\b(sk|pk|key|gsk)-[\w*-]{6,}/g, '…')
    // eslint-disable-next-line no-control-regex
    .replace(/[\s\u0000-\u001f]+/g, ' ')
    .trim();
  if (!line) return '';
  return ` It says: ${line.length > ownWordsMax ? `${line.slice(0, ownWordsMax).toWellFormed()}…` : line}`;
}

const tooLong =
  /context.length|context_length|context window|maximum context|too many tokens|prompt is too long/i;

function answeredWith(error: APIError, status: number, apiKey: string | null): DomainError {
  const said = ownWords(error, apiKey);
  // A refused key is quoted by some servers, so their words are left out.
  if (status === 401 || status === 403)
    return serverFault('The model server refused the key of this connection. Tell your admin.');
  if (status === 429)
    return serverFault(
      `The model server has too much to do, or its quota is used up. Try again later.${said}`,
    );
  if (status >= 300 && status < 400) {
    return serverFault(
      'The model server answers from another address, which is not followed. Tell your admin to enter that one.',
    );
  }
  if (tooLong.test(`${error.code ?? ''} ${said}`)) {
    return serverFault(
      `This conversation is too long for the model. Start a new chat, or choose another model.${said}`,
    );
  }
  if (status === 404) return serverFault(`The model server does not know this model.${said}`);
  if (status >= 500) return serverFault(`The model server failed (status ${status}). Try again.${said}`);
  return serverFault(`The model server refused the request (status ${status}).${said}`);
}

function saidBy(error: APIError, apiKey: string | null): DomainError {
  // An error inside a stream that had begun well has no status.
  if (error.status !== undefined) return answeredWith(error, error.status, apiKey);
  return serverFault(`The model server gave up on its answer.${ownWords(error, apiKey)}`);
}

/** Whatever went wrong between here and a model server, for people. Says nothing of keys, addresses or the inside. */
export function asModelError(error: unknown, apiKey: string | null): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof APIConnectionTimeoutError) return modelErrors.slowToAnswer();
  if (error instanceof APIConnectionError)
    return connectionError((error.cause ?? error) as NodeJS.ErrnoException);
  if (error instanceof APIError) return saidBy(error as APIError, apiKey);
  return modelErrors.notUnderstood();
}
