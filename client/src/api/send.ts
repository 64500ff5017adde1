import type { ErrorBody } from '#shared/errors';
import { t } from '../i18n/t.ts';
import { ApiError } from './apiError.ts';

type Listener = () => void;
const unauthorizedListeners = new Set<Listener>();

/** Calls back whenever an answer says that nobody is signed in (401). Returns the way to stop. */
export function onUnauthorized(listener: Listener): () => void {
  unauthorizedListeners.add(listener);
  return () => unauthorizedListeners.delete(listener);
}

/** Sends one request to our own server and reads its JSON; undefined where there is no body. */
export async function send(url: string, request: RequestInit): Promise<unknown> {
  try {
    return await answerOf(await reach(url, request));
  } catch (error) {
    // Whoever gave up is told just that, whatever broke on the way.
    request.signal?.throwIfAborted();
    throw error;
  }
}

/** The JSON of an answer, undefined where it has none; rejects with an `ApiError` when it is a refusal. */
export async function answerOf(response: Response): Promise<unknown> {
  if (response.ok) return response.status === 204 ? undefined : await json(response);
  const error = await errorOf(response);
  if (response.status === 401) for (const listener of unauthorizedListeners) listener();
  throw error;
}

async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'same-origin', ...request });
  } catch {
    throw new ApiError(0, 'offline', t('common.offline'));
  }
}

async function json(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => {
    throw new ApiError(0, 'offline', t('common.offline'));
  });
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(response.status, 'bad_answer', t('common.badAnswer'));
  }
}

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as ErrorBody;
    return new ApiError(response.status, error.code, error.message, error.details);
  } catch {
    // A proxy in between answers with a page of its own.
    return new ApiError(response.status, 'bad_answer', t('common.badAnswer'));
  }
}
