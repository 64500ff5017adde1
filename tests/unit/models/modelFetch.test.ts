import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { modelFetch } from '../../../server/src/features/models/modelFetch.ts';

const get = modelFetch({ connectMs: 2_000, firstByteMs: 2_000, idleMs: 2_000 });
let end: () => void = () => undefined;
afterEach(() => end());

/** A server that speaks no HTTP library's language: it sends these bytes to whoever asks. */
async function sends(send: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', () => send(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  end = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test('a server that changes the protocol is no model server, and is not waited for', async () => {
  const url = await sends((socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
  );
  await expect(get(url)).rejects.toThrow('something that is no answer');
}, 5_000);

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';

test('an event of a stream that never ends does not fill the memory', async () => {
  const url = await sends((socket) => {
    const piece = `data: ${'x'.repeat(1_000_000)}\n`;
    const more = () => socket.writable && socket.write(piece, more);
    socket.write(head, more);
  });
  const answer = await get(url);
  await expect(answer.text()).rejects.toThrow('something that is no answer');
});

test('a stream of many events may be as long as it likes', async () => {
  const event = `data: ${'x'.repeat(999_992)}\n\n`;
  const url = await sends((socket) => socket.end(head + event.repeat(12)));
  expect(await (await get(url)).text()).toHaveLength(12_000_000);
});
