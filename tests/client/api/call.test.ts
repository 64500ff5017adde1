import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ApiError } from '../../../client/src/api/apiError.ts';
import { addressOf, call } from '../../../client/src/api/call.ts';
import { onUnauthorized } from '../../../client/src/api/send.ts';

const fetched = jest.fn<(url: string, request: RequestInit) => Promise<unknown>>();

/** The part of a response that is looked at; jsdom has no `Response`. */
const answer = (status: number, body: string): unknown => ({
  ok: status < 400,
  status,
  text: async () => body,
  json: async () => JSON.parse(body) as unknown,
});
const refusal = (status: number, code: string): unknown =>
  answer(status, JSON.stringify({ error: { code, message: 'Ask the owner.', details: { why: code } } }));

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

describe('a call that fails', () => {
  test('tells the words, the code and the details of the server', async () => {
    fetched.mockResolvedValue(refusal(409, 'still_streaming'));
    const error = await failure(call('PUT /chats/:id/share', { params: { id: 'c1' } }));
    expect([error.status, error.code, error.message, error.details]).toEqual([
      409,
      'still_streaming',
      'Ask the owner.',
      { why: 'still_streaming' },
    ]);
  });

  test('says what to do when there is no network', async () => {
    fetched.mockRejectedValue(new TypeError('Failed to fetch'));
    const error = await failure(call('GET /me'));
    expect([error.status, error.code]).toEqual([0, 'offline']);
    expect(error.message).toContain('Check your connection');
  });

  test('says so in words when a proxy answers with a page of its own', async () => {
    fetched.mockResolvedValue(answer(502, '<h1>Bad Gateway</h1>'));
    const error = await failure(call('GET /me'));
    expect([error.status, error.code]).toEqual([502, 'bad_answer']);
    expect(error.message).not.toContain('<');
  });

  test('does not take a page for an answer', async () => {
    fetched.mockResolvedValue(answer(200, '<!doctype html>'));
    expect((await failure(call('GET /me'))).code).toBe('bad_answer');
  });

  test('is offline when the answer breaks off', async () => {
    fetched.mockResolvedValue({
      ok: true,
      status: 200,
      text: () => Promise.reject(new TypeError('terminated')),
    });
    expect((await failure(call('GET /me'))).code).toBe('offline');
  });

  test('tells those who listen that nobody is signed in, and only then', async () => {
    const listener = jest.fn();
    const stop = onUnauthorized(listener);
    fetched.mockResolvedValue(refusal(403, 'forbidden'));
    await failure(call('GET /me'));
    expect(listener).not.toHaveBeenCalled();
    fetched.mockResolvedValue(refusal(401, 'unauthorized'));
    await failure(call('GET /me'));
    expect(listener).toHaveBeenCalledTimes(1);
    stop();
    await failure(call('GET /me'));
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('that was given up rejects with the reason, before and during the answer', async () => {
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

describe('a call', () => {
  const sent = (): [string, RequestInit] => fetched.mock.calls[0]!;

  test('puts parameters into the address, made safe, and sends no body', async () => {
    fetched.mockResolvedValue(answer(200, '{"items":[],"nextCursor":null}'));
    await call('GET /chats/:id/share', { params: { id: 'a/b' } });
    const [url, request] = sent();
    expect([url, request.method, request.body]).toEqual(['/api/v1/chats/a%2Fb/share', 'GET', undefined]);
    expect(request.credentials).toBe('same-origin');
  });

  test('leaves out what is undefined in a query', async () => {
    fetched.mockResolvedValue(answer(200, '{"items":[],"nextCursor":null}'));
    const list = await call('GET /chats', { query: { query: 'egg & ham', cursor: undefined, limit: 5 } });
    expect(sent()[0]).toBe('/api/v1/chats?query=egg+%26+ham&limit=5');
    expect(list.items).toEqual([]);
  });

  test('sends its body as JSON', async () => {
    fetched.mockResolvedValue(answer(200, '{}'));
    await call('PATCH /me', { body: { name: 'Ada' } });
    const [, request] = sent();
    expect([request.method, request.body]).toEqual(['PATCH', '{"name":"Ada"}']);
    expect(request.headers).toEqual({ 'content-type': 'application/json' });
  });

  test('resolves with nothing where there is nothing to answer', async () => {
    fetched.mockResolvedValue(answer(204, ''));
    expect(await call('POST /auth/sign-out')).toBeUndefined();
  });

  test('has an address of its own, for downloads', () => {
    expect(addressOf('GET /chats/:id/export', { params: { id: 'c1' }, query: { format: 'md' } })).toBe(
      '/api/v1/chats/c1/export?format=md',
    );
  });
});
