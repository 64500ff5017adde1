import type { ErrorBody } from '#shared/errors';
import { t } from '../i18n/t.ts';
import { ApiError } from './apiError.ts';
import { serverError } from './serverError.ts';

type Listener = () => void;
const unauthorizedListeners = new Set<Listener>();

/** Calls `listener` whenever a response says that there is no session (401). Returns a function that stops it. */
export function onUnauthorized(listener: Listener): () => void {
  unauthorizedListeners.add(listener);
  return () => unauthorizedListeners.delete(listener);
}

/** Sends a request to our own server and returns the JSON of the response; undefined when it has no body. */
export async function send(url: string, request: RequestInit): Promise<unknown> {
  try {
    return await parseResponse(await fetchResponse(url, request));
  } catch (error) {
    // An aborted request rejects with the reason of the abort, even if another error came first.
    request.signal?.throwIfAborted();
    throw error;
  }
}

/** Returns the JSON of a response, undefined when it has no body; rejects with an `ApiError` for an error status. */
export async function parseResponse(response: Response): Promise<unknown> {
  if (response.ok) return response.status === 204 ? undefined : await parseJson(response);
  const error = await toApiError(response);
  if (response.status === 401) for (const listener of unauthorizedListeners) listener();
  throw error;
}

async function fetchResponse(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'same-origin', ...request });
  } catch {
    throw new ApiError(0, 'offline', t('common.offline'));
  }
}

async function parseJson(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => {
    throw new ApiError(0, 'offline', t('common.offline'));
  });
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(response.status, 'bad_response', t('common.badResponse'));
  }
}

async function toApiError(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as ErrorBody;
    return serverError(response.status, error);
  } catch {
    // A proxy in front of the server responded with its own error page.
    return new ApiError(response.status, 'bad_response', t('common.badResponse'));
  }
}
