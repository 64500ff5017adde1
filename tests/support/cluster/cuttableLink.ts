import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that a test can cut, while others still reach the server. */
export interface CuttableLink {
  /** Address on this side. */
  port: number;
  /** Ends all connections, and every new one at once. */
  cut(): void;
  heal(): void;
  end(): Promise<void>;
}

/** Forwards connections to `port` of this machine. */
export async function cuttableLink(port: number): Promise<CuttableLink> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // The other side of the link may reset its connection.
    socket.on('error', () => undefined);
  };
  const server = createServer((near) => {
    track(near);
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    track(far);
    near.pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    heal() {
      isCut = false;
    },
    end() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
