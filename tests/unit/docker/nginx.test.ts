import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { leaveProxy } from '../../../server/src/platform/shutdown.ts';
import { nginxProgram, startNginx, type Nginx } from '../../support/nginx.ts';

/** Stands in for a node of Parley. */
interface FakeNode {
  server: Server;
  address: string;
  requests: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  /** What it does with a request that has arrived; responds with 200 until a test changes it. */
  respond: RequestListener;
  stop(): Promise<unknown>;
  start(): Promise<unknown>;
  /** Handles requests, also after `leaveProxy`. */
  handle(): void;
}

async function startFakeNode(): Promise<FakeNode> {
  const server = createServer();
  server.on('upgrade', (req, socket) => {
    node.requests.push({ method: 'UPGRADE', url: req.url!, headers: req.headers, body: '' });
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  });
  let port = 0;
  const start = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  await start();
  ({ port } = server.address() as AddressInfo);
  const node: FakeNode = {
    server,
    address: `127.0.0.1:${port}`,
    requests: [],
    respond: (_req, res) => res.end('fine'),
    start,
    handle() {
      server.removeAllListeners('request').on('request', (req, res) => {
        void text(req).then((body) => {
          node.requests.push({ method: req.method!, url: req.url!, headers: req.headers, body });
          node.respond(req, res);
        });
      });
    },
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
  node.handle();
  return node;
}

/** Sends the head of a WebSocket request and returns the first line of the response. */
const upgrade = (url: string, path: string) =>
  new Promise<string>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () =>
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
      ),
    );
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().split('\r\n')[0]!);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without a response')));
  });

(nginxProgram ? describe : describe.skip)('nginx in front of two nodes', () => {
  let nodes: [FakeNode, FakeNode];
  let nginx: Nginx;

  beforeEach(async () => {
    nodes = [await startFakeNode(), await startFakeNode()];
    nginx = await startNginx([nodes[0].address, nodes[1].address]);
  });
  afterEach(async () => {
    await nginx.end();
    await Promise.all(nodes.map((node) => node.stop()));
  });

  const requests = () => nodes.flatMap((node) => node.requests);
  const post = () => fetch(`${nginx.url}/api/v1/chats`, { method: 'POST', body: '{"title":"New"}' });

  test('a change that a node may have begun is not sent again; a read is', async () => {
    for (const node of nodes) node.respond = (req) => req.socket.destroy();
    expect((await post()).status).toBe(502);
    expect(requests()).toHaveLength(1);
    nodes[0].respond = (_req, res) => res.end('fine');
    for (const _ of nodes) expect((await fetch(`${nginx.url}/api/v1/chats`)).status).toBe(200);
  });

  test('while a node is stopped, the other gets every request, with its body', async () => {
    await nodes[0].stop();
    for (let i = 0; i < 6; i++) expect((await post()).status).toBe(200);
    expect(nodes[1].requests.map(({ body }) => body)).toEqual(Array(6).fill('{"title":"New"}'));
  });

  test('nodes restarted one right after the other lose no request', async () => {
    for (const [stopped, running] of [nodes, [nodes[1], nodes[0]]]) {
      await stopped!.stop();
      for (let i = 0; i < 4; i++) expect((await post()).status).toBe(200);
      expect(running!.requests).not.toEqual([]);
      await stopped!.start();
    }
  });

  test('a node that stops under load loses no change', async () => {
    let isLoaded = true;
    const statuses: number[] = [];
    const load = async (send: () => Promise<Response>) => {
      while (isLoaded) statuses.push((await send()).status);
    };
    /** Waits until nginx has sent requests to the node. */
    const served = async ({ requests }: FakeNode) => {
      const enough = requests.length + 20;
      while (requests.length < enough) await post();
    };
    const loads = [post, post, post, post, () => fetch(`${nginx.url}/api/v1/chats`)].map(load);
    for (const [stopping, running] of [nodes, [nodes[1], nodes[0]]]) {
      await leaveProxy(stopping!.server);
      await new Promise((resolve) => stopping!.server.close(resolve));
      await served(running!);
      stopping!.handle();
      await stopping!.start();
      // nginx uses it again after at most two seconds.
      await served(stopping!);
    }
    isLoaded = false;
    await Promise.all(loads);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  test('a 503 of a node reaches the client, because every node uses the same database', async () => {
    for (const node of nodes)
      node.respond = (_req, res) => res.writeHead(503, { 'Retry-After': '1' }).end('later');
    const response = await fetch(`${nginx.url}/readyz`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(requests()).toHaveLength(1);
  });

  test('a node learns the address of the client, and nothing that the client claims of it', async () => {
    await fetch(`${nginx.url}/api/v1/me`, {
      headers: { 'X-Forwarded-For': '1.2.3.4', 'X-Forwarded-Proto': 'https', 'X-Request-Id': 'mine' },
    });
    const { headers } = requests()[0]!;
    // With TRUST_PROXY=1 the last address counts.
    expect(headers['x-forwarded-for']).toBe('1.2.3.4, 127.0.0.1');
    expect(headers['x-forwarded-proto']).toBe('http');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(headers.host).toBe(new URL(nginx.url).host);
    expect(headers.connection).toBe('close');
  });

  test('a WebSocket passes, to any node; one that replaces polling stays on its node', async () => {
    const count = 4;
    for (let i = 0; i < count; i++)
      expect(await upgrade(nginx.url, '/socket.io/?EIO=4&transport=websocket')).toMatch(/^HTTP\/1.1 101 /);
    expect(nodes.map((node) => node.requests.length)).toEqual([count / 2, count / 2]);
    for (const node of nodes) node.requests = [];

    for (let i = 0; i < count; i++) await fetch(`${nginx.url}/socket.io/?EIO=4&transport=polling&sid=a`);
    await upgrade(nginx.url, '/socket.io/?EIO=4&transport=websocket&sid=a');
    expect(nodes.map((node) => node.requests.length).sort()).toEqual([0, count + 1]);
  });

  test('an upload reaches a node before it is complete; other large bodies reach none', async () => {
    const large = { method: 'POST', body: Buffer.alloc(3_000_000) };
    expect((await fetch(`${nginx.url}/api/v1/chats`, large)).status).toBe(413);
    expect(requests()).toEqual([]);
    expect((await fetch(`${nginx.url}/api/v1/imports`, large)).status).toBe(200);
    expect(requests()[0]!.body).toHaveLength(3_000_000);
  });

  test('the log holds neither ids nor addresses of links', async () => {
    const paths = ['/s/SECRETLINK', '/api/v1/shared/SECRETLINK/continue', '/c/SECRETCHAT?x=SECRETLINK'];
    for (const path of paths) await fetch(nginx.url + path);
    for (const node of nodes) await node.stop();
    expect((await fetch(`${nginx.url}/s/SECRETLINK`)).status).toBe(502);
    const log = nginx.log();
    expect(log).toContain(' GET /api/v1/shared 200 ');
    expect(log).toContain(' GET /s 502 ');
    expect(log).not.toMatch(/SECRET/);
  });

  test('the metrics of a node cannot be read through nginx', async () => {
    expect((await fetch(`${nginx.url}/metrics`)).status).toBe(404);
    expect(requests()).toEqual([]);
  });
});
