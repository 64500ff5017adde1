import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { modelFetch } from '../../../server/src/features/models/modelFetch.ts';
import { readChunks, readJson, readList } from '../../../server/src/features/models/modelResponses.ts';

const timeouts = { connectMs: 2_000, firstByteMs: 2_000, idleMs: 2_000 };
const get = modelFetch(timeouts);
let end: () => void = () => undefined;
afterEach(() => end());

/** Starts a server without an HTTP library: it sends these bytes in response to any request. Returns its URL. */
async function respondWith(send: (socket: Socket, request: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', (bytes) => send(socket, bytes.toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  end = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function readAll(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const streamHead = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';
const plainHead = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n';

/** Sends the piece again and again, as long as the client reads. */
const sendForever = (socket: Socket, head: string, piece: string) => {
  const more = () => socket.writable && socket.write(piece, more);
  socket.write(head, more);
};

describe('faults of the model server', () => {
  test('a model server is not called at the address of a cloud metadata service', async () => {
    await expect(get('http://169.254.169.254/v1/models')).rejects.toThrow('never called');
  });

  test('a model server is not called with a protocol other than HTTP', async () => {
    await expect(get('data:application/json,{}')).rejects.toThrow("Can't reach the model server");
  });

  test('a model server is reported as unreachable if it closes the connection without a response', async () => {
    const url = await respondWith((socket) => socket.destroy());
    await expect(get(url)).rejects.toThrow("Can't reach the model server");
  });

  test('a model server is reported as unexpected if it does not speak HTTP', async () => {
    const url = await respondWith((socket) => socket.end('220 ready\r\n'));
    await expect(get(url)).rejects.toThrow('Unexpected response');
  });

  test('a model server is reported as unexpected if it switches protocols, without waiting', async () => {
    const url = await respondWith((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
    await expect(get(url)).rejects.toThrow('Unexpected response');
  }, 5_000);

  test('a model server is reported as unexpected if its status is not an HTTP status', async () => {
    const url = await respondWith((socket) => socket.end('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n'));
    await expect(get(url)).rejects.toThrow('Unexpected response');
  });

  test('a model server is reported as slow to connect if the TLS handshake does not finish in time', async () => {
    const url = (await respondWith(() => undefined)).replace('http:', 'https:');
    await expect(modelFetch({ ...timeouts, connectMs: 100 })(url)).rejects.toThrow(
      'accept the connection in time',
    );
  });

  test('a model server is reported as slow if no response begins in time', async () => {
    const url = await respondWith(() => undefined);
    await expect(modelFetch({ ...timeouts, firstByteMs: 100 })(url)).rejects.toThrow('not respond in time');
  });

  test('a model server is reported as silent if the body pauses for too long', async () => {
    const url = await respondWith((socket) => socket.write(`${streamHead}data: 1\n\n`));
    const response = await modelFetch({ ...timeouts, idleMs: 100 })(url);
    await expect(response.text()).rejects.toThrow('stopped sending');
  });

  test('a model server is reported as lost if the connection breaks in the middle of the body', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n';
    const url = await respondWith((socket) => socket.end(`${head}half`));
    await expect((await get(url)).text()).rejects.toThrow('was lost');
  });
});

describe('size limits', () => {
  test('the size of a plain body is limited', async () => {
    const url = await respondWith((socket) => sendForever(socket, plainHead, 'x'.repeat(1_000_000)));
    await expect(readJson(await get(url))).rejects.toThrow('Unexpected response');
  });

  test('the size of a list of models is limited', async () => {
    const url = await respondWith((socket) => sendForever(socket, `${plainHead}{"data":[`, '{},'));
    await expect(readAll(readList(await get(url)))).rejects.toThrow('Unexpected response');
  });

  test('the body of an error is cut off after its first 64 KB', async () => {
    const head = plainHead.replace('200 OK', '500 Failed');
    const url = await respondWith((socket) => sendForever(socket, head, 'x'.repeat(10_000)));
    const text = await (await get(url)).text();
    expect(text.length).toBeGreaterThan(0);
    expect(text.length).toBeLessThanOrEqual(64_000);
  });

  test('the size of a single event of a stream is limited, whatever its type', async () => {
    for (const head of [streamHead, plainHead]) {
      const url = await respondWith((socket) => sendForever(socket, head, `data: ${'x'.repeat(100_000)}\n`));
      await expect(readAll(readChunks(await get(url)))).rejects.toThrow('larger than 1 MB');
      end();
    }
  });

  test('the size of a stream of many events is not that of one event', async () => {
    const event = `data: "${'x'.repeat(999_000)}"\n\n`;
    const url = await respondWith((socket) => socket.end(streamHead + event.repeat(12)));
    expect(await readAll(readChunks(await get(url)))).toHaveLength(12);
  });

  test('the size of a whole stream is limited, even if it is nothing but comments', async () => {
    const url = await respondWith((socket) => sendForever(socket, streamHead, `:${'x'.repeat(900_000)}\n`));
    await expect(readAll(readChunks(await get(url), 5_000_000))).rejects.toThrow('more than 256 MB');
  });
});

describe('requests to the model server', () => {
  test('a request follows no redirect', async () => {
    const url = await respondWith((socket) =>
      socket.end('HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n'),
    );
    expect((await get(url)).status).toBe(302);
  });

  test('a request asks for an uncompressed body and reveals nothing about this machine', async () => {
    let sent = '';
    const url = await respondWith((socket, request) => {
      sent = request;
      socket.end(`${plainHead}{}`);
    });
    await get(url, { headers: { 'X-Stainless-OS': 'Linux', Authorization: 'Bearer key' } });
    expect(sent).toMatch(/^accept-encoding: identity\r$/im);
    expect(sent).toMatch(/^authorization: Bearer key\r$/im);
    expect(sent).not.toMatch(/stainless|undici/i);
  });

  test('a request ends with the error of the signal when it is aborted, before and after the response began', async () => {
    const url = await respondWith((socket) => socket.write(`${streamHead}data: 1\n\n`));
    await expect(get(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
    const aborter = new AbortController();
    const response = await get(url, { signal: aborter.signal });
    const reading = response.text();
    aborter.abort();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a request closes the connection when the reader of the body stops', async () => {
    let closed: Promise<void> | undefined;
    const url = await respondWith((socket) => {
      closed = new Promise((resolve) => socket.once('close', () => resolve()));
      sendForever(socket, streamHead, `data: ${'x'.repeat(100_000)}\n\n`);
    });
    const response = await get(url);
    for await (const _bytes of response.body!) break;
    await closed;
  });
});
