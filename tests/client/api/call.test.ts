import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ApiError } from '../../../client/src/api/apiError.ts';
import { downloadUrl, call } from '../../../client/src/api/call.ts';
import { onUnauthorized } from '../../../client/src/api/send.ts';

const fetched = jest.fn<(url: string, request: RequestInit) => Promise<unknown>>();

/** The parts of a response that are read; jsdom has no `Response`. */
const responseWith = (status: number, body: string): unknown => ({
  ok: status < 400,
  status,
  text: async () => body,
  json: async () => JSON.parse(body) as unknown,
});
const errorResponse = (status: number, code: string): unknown =>
  responseWith(
    status,
    JSON.stringify({ error: { code, message: 'Ask the owner.', details: { reason: code } } }),
  );

const failure = async (promise: Promise<unknown>): Promise<ApiError> => {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
};

beforeEach(() => {
  globalThis.fetch = fetched as unknown as typeof fetch;
});
afterEach(() => {
  fetched.mockReset();
});

describe('failed calls', () => {
  test('a failed call rejects with the message, code and details of the server', async () => {
    fetched.mockResolvedValue(errorResponse(409, 'still_streaming'));
    const error = await failure(call('PUT /chats/:id/share', { params: { id: 'c1' } }));
    expect([error.status, error.code, error.message, error.details]).toEqual([
      409,
      'still_streaming',
      'Ask the owner.',
      { reason: 'still_streaming' },
    ]);
  });

  test('the message of an unexpected error ends with the reference under which the server logged it', async () => {
    const message = 'Something went wrong on the server. Try again.';
    const body = { error: { code: 'internal', message, requestId: '0f3ac2d41b7e' } };
    fetched.mockResolvedValue(responseWith(500, JSON.stringify(body)));
    const error = await failure(call('GET /me'));
    expect(error.message).toBe(`${message} (reference 0f3ac2d41b7e)`);
  });

  test('the message of an expected error has no reference', async () => {
    const body = { error: { code: 'conflict', message: 'Ask the owner.', requestId: '0f3ac2d41b7e' } };
    fetched.mockResolvedValue(responseWith(409, JSON.stringify(body)));
    expect((await failure(call('GET /me'))).message).toBe('Ask the owner.');
  });

  test('a failed call rejects with advice when there is no network', async () => {
    fetched.mockRejectedValue(new TypeError('Failed to fetch'));
    const error = await failure(call('GET /me'));
    expect([error.status, error.code]).toEqual([0, 'offline']);
    expect(error.message).toContain('Check your connection');
  });

  test('a failed call rejects with a general message when a proxy responds with its own error page', async () => {
    fetched.mockResolvedValue(responseWith(502, '<h1>Bad Gateway</h1>'));
    const error = await failure(call('GET /me'));
    expect([error.status, error.code]).toEqual([502, 'bad_response']);
    expect(error.message).not.toContain('<');
  });

  test('a failed call rejects when a success response is not JSON', async () => {
    fetched.mockResolvedValue(responseWith(200, '<!doctype html>'));
    expect((await failure(call('GET /me'))).code).toBe('bad_response');
  });

  test('a failed call rejects as offline when the response is cut off', async () => {
    fetched.mockResolvedValue({
      ok: true,
      status: 200,
      text: () => Promise.reject(new TypeError('terminated')),
    });
    expect((await failure(call('GET /me'))).code).toBe('offline');
  });

  test('a failed call notifies listeners of status 401 only', async () => {
    const listener = jest.fn();
    const stop = onUnauthorized(listener);
    fetched.mockResolvedValue(errorResponse(403, 'forbidden'));
    await failure(call('GET /me'));
    expect(listener).not.toHaveBeenCalled();
    fetched.mockResolvedValue(errorResponse(401, 'unauthorized'));
    await failure(call('GET /me'));
    expect(listener).toHaveBeenCalledTimes(1);
    stop();
    await failure(call('GET /me'));
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('a failed call rejects with the reason of an abort, before and during the response', async () => {
    const reason = new Error('The dialog was closed.');
    const early = new AbortController();
    fetched.mockImplementation(async () => {
      early.abort(reason);
      throw new DOMException('Aborted', 'AbortError');
    });
    await expect(call('GET /me', {}, { signal: early.signal })).rejects.toBe(reason);

    const late = new AbortController();
    fetched.mockResolvedValue({
      ok: true,
      status: 200,
      text: async () => {
        late.abort(reason);
        throw new DOMException('Aborted', 'AbortError');
      },
    });
    await expect(call('GET /me', {}, { signal: late.signal })).rejects.toBe(reason);
  });
});

describe('requests', () => {
  const request = (): [string, RequestInit] => fetched.mock.calls[0]!;

  test('a request escapes parameters in the URL and sends no body', async () => {
    fetched.mockResolvedValue(responseWith(200, '{"items":[],"nextCursor":null}'));
    await call('GET /chats/:id/share', { params: { id: 'a/b' } });
    const [url, init] = request();
    expect([url, init.method, init.body]).toEqual(['/api/v1/chats/a%2Fb/share', 'GET', undefined]);
    expect(init.credentials).toBe('same-origin');
  });

  test('a request leaves out undefined query values', async () => {
    fetched.mockResolvedValue(responseWith(200, '{"items":[],"nextCursor":null}'));
    const list = await call('GET /chats', { query: { query: 'egg & ham', cursor: undefined, limit: 5 } });
    expect(request()[0]).toBe('/api/v1/chats?query=egg+%26+ham&limit=5');
    expect(list.items).toEqual([]);
  });

  test('a request has a JSON body', async () => {
    fetched.mockResolvedValue(responseWith(200, '{}'));
    await call('PATCH /me', { body: { name: 'Ada' } });
    const [, init] = request();
    expect([init.method, init.body]).toEqual(['PATCH', '{"name":"Ada"}']);
    expect(init.headers).toEqual({ 'content-type': 'application/json' });
  });

  test('a request resolves with undefined for a response without a body', async () => {
    fetched.mockResolvedValue(responseWith(204, ''));
    expect(await call('POST /auth/sign-out')).toBeUndefined();
  });

  test('a request has a URL for downloads', () => {
    expect(downloadUrl('GET /chats/:id/export', { params: { id: 'c1' }, query: { format: 'md' } })).toBe(
      '/api/v1/chats/c1/export?format=md',
    );
  });
});
