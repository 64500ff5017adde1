import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import express from 'express';
import { receiveUpload } from '../../../server/src/features/imports/upload/receiveUpload.ts';
import { errorHandler } from '../../../server/src/platform/http/errorMapping.ts';
import { createLog } from '../../../server/src/platform/log.ts';

const formStart = '--x\r\ncontent-disposition: form-data; name="file"; filename="../../tmp/ä b.json"\r\n\r\n';
const ways = {
  bytes: { type: 'application/octet-stream', start: '', end: '' },
  form: { type: 'multipart/form-data; boundary=x', start: formStart, end: '\r\n--x--\r\n' },
};

describe('an upload', () => {
  const most = 100_000;
  let folder: string;
  let server: Server;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'parley-receive-'));
    let uploads = 0;
    const app = express();
    app.post('/', async (req, res) => {
      const file = path.join(folder, String(++uploads));
      const name = await receiveUpload(req, file, most, new AbortController().signal);
      res.json({ name, length: (await readFile(file, 'utf8')).length });
    });
    app.use(errorHandler(createLog('silent')));
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  const head = (type: string, ...more: string[]) =>
    [`POST / HTTP/1.1`, 'host: localhost', `content-type: ${type}`, ...more, '', ''].join('\r\n');

  /** A whole request whose file has so many bytes; how many they are is not said before. */
  function upload(way: keyof typeof ways, size: number): Buffer {
    const { type, start, end } = ways[way];
    const body = Buffer.from(`${start}${'x'.repeat(size)}${end}`);
    const chunk = [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')];
    return Buffer.concat([Buffer.from(head(type, 'transfer-encoding: chunked')), ...chunk]);
  }

  /** Sends requests over one connection, the next as soon as the last one is sent, and answers with all responses. */
  async function send(...requests: (Buffer | string)[]): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => (heard += text));
    for (const request of requests) socket.write(request);
    while (heard.split('HTTP/1.1 ').length <= requests.length) await once(socket, 'data');
    socket.destroy();
    return heard;
  }
  const statuses = (heard: string) => [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

  test.each(['bytes', 'form'] as const)('as %s that grows too large is refused', async (way) => {
    const heard = await send(upload(way, most + 1));
    expect(statuses(heard)).toEqual(['413']);
    expect(heard).toContain('too_large');
  });

  test.each(['bytes', 'form'] as const)('as %s far too large does not stand before the next', async (way) => {
    const heard = await send(upload(way, 300 * most), upload(way, 200 * most), upload(way, most));
    expect(statuses(heard)).toEqual(['413', '413', '200']);
    expect(heard).toContain(`"length":${most}`);
  });

  test('that says it is too large is refused before it is sent', async () => {
    const heard = await send(head('application/json', `content-length: ${300 * most}`));
    expect(statuses(heard)).toEqual(['413']);
  });

  test('has a name that is only a name', async () => {
    expect(await send(upload('form', 5))).toContain('{"name":"ä b.json","length":5}');
    expect(await send(upload('bytes', 5))).toContain('{"name":"","length":5}');
  });
});
