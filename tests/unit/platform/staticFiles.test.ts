import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import express from 'express';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { staticFiles } from '../../../server/src/platform/http/staticFiles.ts';

const script = 'console.log("hello");'.repeat(100);
const folder = mkdtempSync(path.join(tmpdir(), 'parley-static-'));
const write = (name: string, content: string | Buffer) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
};
const serve = (from: string) => supertest(express().use(staticFiles(from)));
let client: ReturnType<typeof serve>;
beforeAll(() => {
  write('index.html', '<title>App</title>');
  write('shared.html', '<title>Shared</title>');
  write('favicon.svg', '<svg/>');
  write('.secret', 'hidden');
  write('assets/app-1234.js', script);
  write('assets/app-1234.js.br', brotliCompressSync(script));
  write('assets/app-1234.js.gz', gzipSync(script));
  write('assets/removed-1234.js', 'gone soon');
  client = serve(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('files of the build', () => {
  test.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', undefined],
  ])(
    'a file of the build is sent for "Accept-Encoding: %s" with the encoding %s',
    async (accepted, encoding) => {
      const response = await client
        .get('/assets/app-1234.js')
        .set('Accept-Encoding', accepted)
        .buffer(true)
        .expect(200);
      expect(response.headers['content-encoding']).toBe(encoding);
      expect(response.headers.vary).toBe('Accept-Encoding');
      expect(response.headers['content-type']).toMatch(/javascript/);
      if (encoding !== 'br') expect(response.text).toBe(script);
    },
  );

  test('a file of the build is kept by browsers for a year if its name contains a hash, otherwise for an hour', async () => {
    const asset = await client.get('/assets/app-1234.js').expect(200);
    expect(asset.headers['cache-control']).toBe('public,max-age=31536000,immutable');
    const icon = await client.get('/favicon.svg').expect(200);
    expect(icon.headers['cache-control']).toBe('public,max-age=3600');
  });

  test('a file of the build is not sent again if the browser has it', async () => {
    const { headers } = await client.get('/favicon.svg').expect(200);
    await client.get('/favicon.svg').set('If-None-Match', headers.etag!).expect(304);
  });

  test.each(['bytes=0-9', 'bytes=9-0', 'bytes=x'])(
    'a file of the build is sent whole for the range %s',
    async (range) => {
      const response = await client.get('/assets/app-1234.js').set('Range', range).expect(200);
      expect(response.text).toBe(script);
    },
  );

  test('a file of the build is not sent for a method that changes something', async () => {
    await client.post('/assets/app-1234.js').expect(404);
  });

  test('a file of the build that is removed while the server runs breaks the connection, not the server', async () => {
    rmSync(path.join(folder, 'assets/removed-1234.js'));
    await expect(client.get('/assets/removed-1234.js')).rejects.toThrow();
    await client.get('/favicon.svg').expect(200);
  });
});

describe('paths without a file', () => {
  test.each(['/assets/missing-1234.js', '/assets/', '/assets/..%2findex.html'])(
    'a missing file of the assets is not found: %s',
    async (url) => {
      const response = await client.get(url).expect(404);
      expect(response.text).toBe('Not found.');
      expect(response.headers['content-type']).toMatch(/^text\/plain/);
    },
  );

  test('a path without a file gets the app, also in place of hidden files', async () => {
    for (const url of ['/', '/chats/some-id', '/.secret']) {
      const response = await client.get(url).expect(200);
      expect(response.text).toBe('<title>App</title>');
      expect(response.headers['cache-control']).toBe('no-cache');
    }
  });

  test('the path of a shared page gets the same page for every id, which search engines do not index', async () => {
    for (const id of ['one', 'two']) {
      const response = await client.get(`/s/${id}`).expect(200);
      expect(response.text).toBe('<title>Shared</title>');
      expect(response.headers['x-robots-tag']).toBe('noindex, nofollow');
    }
  });
});

test('a client that is not built is reported', async () => {
  const response = await serve(path.join(folder, 'nothing')).get('/').expect(503);
  expect(response.text).toContain('not built');
});
