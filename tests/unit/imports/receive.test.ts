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
const bodyForms = {
  bytes: { type: 'application/octet-stream', start: '', end: '' },
  form: { type: 'multipart/form-data; boundary=x', start: formStart, end: '\r\n--x--\r\n' },
};

describe('uploads', () => {
  const maxBytes = 100_000;
  let folder: string;
  let server: Server;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'parley-receive-'));
    let uploads = 0;
    const app = express();
    app.post('/', async (req, res) => {
      const file = path.join(folder, String(++uploads));
      const name = await receiveUpload(req, file, maxBytes, new AbortController().signal);
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

  /** Returns a whole request with a file of that size. The size is not announced. */
  function upload(form: keyof typeof bodyForms, size: number): Buffer {
    const { type, start, end } = bodyForms[form];
    const body = Buffer.from(`${start}${'x'.repeat(size)}${end}`);
    const chunk = [Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')];
    return Buffer.concat([Buffer.from(head(type, 'transfer-encoding: chunked')), ...chunk]);
  }

  /** Sends requests over one connection without waiting in between. Returns all responses. */
  async function send(...requests: (Buffer | string)[]): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    for (const request of requests) socket.write(request);
    while (received.split('HTTP/1.1 ').length <= requests.length) await once(socket, 'data');
    socket.destroy();
    return received;
  }
  const statuses = (received: string) =>
    [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

  test.each(['bytes', 'form'] as const)(
    'an upload sent as %s is refused once it is too large',
    async (form) => {
      const received = await send(upload(form, maxBytes + 1));
      expect(statuses(received)).toEqual(['413']);
      expect(received).toContain('too_large');
    },
  );

  test.each(['bytes', 'form'] as const)(
    'an upload sent as %s does not block the next request if it is far too large',
    async (form) => {
      const received = await send(
        upload(form, 300 * maxBytes),
        upload(form, 200 * maxBytes),
        upload(form, maxBytes),
      );
      expect(statuses(received)).toEqual(['413', '413', '200']);
      expect(received).toContain(`"length":${maxBytes}`);
    },
  );

  test('an upload is refused before it is sent if it announces too large a size', async () => {
    const received = await send(head('application/json', `content-length: ${300 * maxBytes}`));
    expect(statuses(received)).toEqual(['413']);
  });

  test('an upload keeps only the file name of a path', async () => {
    expect(await send(upload('form', 5))).toContain('{"name":"ä b.json","length":5}');
    expect(await send(upload('bytes', 5))).toContain('{"name":"","length":5}');
  });
});
