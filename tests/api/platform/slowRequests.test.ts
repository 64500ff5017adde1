import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import type { Person } from '../../support/person.ts';
import { RawConnection } from '../../support/rawConnection.ts';

const json = { 'Content-Type': 'application/json' };

let app: TestApp;
let ann: Person;
let open: RawConnection[] = [];
const connection = async () => {
  const opened = await RawConnection.open(app.url);
  open.push(opened);
  return opened;
};
beforeAll(async () => {
  app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user', LOG_LEVEL: 'silent' } });
  ann = await app.person('Ann');
});
afterAll(async () => {
  for (const each of open) each.destroy();
  open = [];
  await app.end();
});

describe('requests that never end', () => {
  test('connections of strangers that send slowly, in part or nothing are closed within seconds', async () => {
    const started = Date.now();
    const starts: [string, (raw: RawConnection) => void][] = [
      [
        'a body for sign-in',
        (raw) => raw.request('POST /api/v1/auth/sign-in', { ...json, 'Content-Length': 900 }, '{'),
      ],
      [
        'a chunked body for sign-up',
        (raw) =>
          raw.request('POST /api/v1/auth/sign-up', { ...json, 'Transfer-Encoding': 'chunked' }, '1\r\n{\r\n'),
      ],
      [
        'a body for an unknown path',
        (raw) => raw.request('POST /api/v1/nothing', { 'Content-Length': 900 }, '{'),
      ],
      ['a body for a page', (raw) => raw.request('POST /c/one', { 'Content-Length': 900 }, '{')],
      ['a body with GET', (raw) => raw.request('GET /', { 'Content-Length': 900 }, '{')],
      [
        'a body for an upload',
        (raw) => raw.request('POST /api/v1/imports', { ...json, 'Content-Length': 900 }, '['),
      ],
      [
        'a body for a socket',
        (raw) =>
          raw.request('POST /socket.io/?EIO=4&transport=polling&sid=none', { 'Content-Length': 900 }, '2'),
      ],
      ['half of the headers', (raw) => raw.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')],
      ['nothing', () => undefined],
      [
        'the end of its side after half a request',
        (raw) => (raw.write('GET / HTTP/1.1\r\n'), raw.endWriting()),
      ],
    ];
    const slow = await Promise.all(
      starts.map(async ([name, start]) => {
        const raw = await connection();
        start(raw);
        return { name, raw };
      }),
    );
    const dripping = setInterval(() => slow.forEach(({ raw }) => raw.write('x')), 1_000);
    const seconds = await Promise.all(
      slow.map(async ({ name, raw }) => {
        await raw.waitUntilClosed().catch(() => undefined);
        return [name, raw.isClosed && (Date.now() - started) / 1_000 < 20];
      }),
    );
    clearInterval(dripping);
    expect(seconds).toEqual(starts.map(([name]) => [name, true]));
    const signIn = slow[0]!.raw.received;
    expect(signIn).toMatch(/^HTTP\/1\.1 408 /);
    expect(signIn).toContain('"code":"timed_out"');
  });

  test('the slow body of a member is cut, but an upload goes on while its bytes arrive', async () => {
    const [body, upload] = [await connection(), await connection()];
    const headers = { ...json, Cookie: ann.cookie(), 'Content-Length': 1_000_000 };
    body.request('POST /api/v1/chats', headers, '{"title":"');
    upload.request('POST /api/v1/imports', headers, '[');
    const sending = setInterval(() => {
      body.write('x');
      upload.write(' '.repeat(10_000));
    }, 1_000);
    await body.waitFor(/ 408 /);
    await body.waitUntilClosed();
    expect(upload.isClosed).toBe(false);
    clearInterval(sending);
    await upload.waitFor(/ 408 /);
    await upload.waitUntilClosed();
  });
});

describe('bodies that are not wanted', () => {
  test('a stranger with a large body for sign-in is refused before it is sent', async () => {
    const raw = await connection();
    raw.request('POST /api/v1/auth/sign-in', { ...json, 'Content-Length': 1_500_000 });
    expect(await raw.waitFor(/"code"/)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a stranger with a large body of unknown length for sign-in is refused', async () => {
    const raw = await connection();
    raw.request('POST /api/v1/auth/sign-in', { ...json, 'Transfer-Encoding': 'chunked' });
    for (let piece = 0; piece < 20; piece++) raw.write(`3e8\r\n${' '.repeat(1_000)}\r\n`);
    raw.write('0\r\n\r\n');
    expect(await raw.waitFor(/"code"/)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test.each(['/api/v1/nothing', '/c/one', '/nothing', '/assets/app.js'])(
    'POST %s is refused without waiting for its body',
    async (path) => {
      const raw = await connection();
      raw.request(`POST ${path}`, { ...json, 'Content-Length': 1_500_000 }, '{');
      expect(await raw.waitFor(/"code"/)).toMatch(/^HTTP\/1\.1 404 /);
    },
  );

  test.each(['POST /api/v1/chats', 'PATCH /api/v1/me', 'POST /api/v1/imports'])(
    '%s is refused without a session before its body is sent',
    async (line) => {
      const raw = await connection();
      raw.request(line, { ...json, 'Content-Length': 1_500_000 });
      expect(await raw.waitFor(/"code"/)).toMatch(/^HTTP\/1\.1 401 /);
    },
  );

  test('a member with a body over the limit is refused before it is sent', async () => {
    const raw = await connection();
    raw.request('POST /api/v1/chats', { ...json, Cookie: ann.cookie(), 'Content-Length': 1_500_001 });
    expect(await raw.waitFor(/"code"/)).toMatch(/^HTTP\/1\.1 413 /);
  });
});

test('a connection that serves many requests with bodies keeps nothing of them', async () => {
  const accepted = once(app.http, 'connection') as Promise<[Socket]>;
  const raw = await connection();
  const [socket] = await accepted;
  const listeners: number[] = [];
  for (let served = 1; served <= 15; served++) {
    raw.request('PATCH /api/v1/me', { ...json, Cookie: ann.cookie(), 'Content-Length': 2 }, '{}');
    await raw.waitFor(new RegExp(`^(HTTP/1\\.1 200 ((?!HTTP/1)[^])*){${served}}`));
    listeners.push(socket.listenerCount('close'));
  }
  expect(Math.max(...listeners)).toBeLessThanOrEqual(listeners[0]! + 1);
});

test('a request with two hosts is refused', async () => {
  for (const path of ['/', '/api/v1/config', '/healthz', '/socket.io/?EIO=4&transport=polling']) {
    const raw = await connection();
    raw.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n`);
    expect(await raw.waitFor(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 400 /);
  }
});
