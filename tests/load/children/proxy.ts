import { connect, createServer, type AddressInfo } from 'node:net';

/** A proxy in front of several nodes: connections go to them in turn. */
export interface ProxyRequest {
  ports: number[];
}
export interface ProxyReply {
  url: string;
}

process.once('message', ({ ports }: ProxyRequest) => {
  let next = 0;
  const proxy = createServer({ noDelay: true }, (client) => {
    const node = connect({ port: ports[next++ % ports.length]!, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [client, node],
      [node, client],
    ] as const) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1', () => {
    const { port } = proxy.address() as AddressInfo;
    process.send?.({ url: `http://127.0.0.1:${port}` } satisfies ProxyReply);
  });
});
process.once('disconnect', () => process.exit());
