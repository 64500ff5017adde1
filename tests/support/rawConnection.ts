import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Milliseconds a test waits for the server to send something or to close the connection. */
const patienceMs = 45_000;

/** A TCP connection to the server on which a test writes HTTP itself: incomplete, slow or malformed. */
export class RawConnection {
  readonly #socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (this.#received += text));
    // The server may reset the connection, which is what some tests expect.
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    return connection;
  }

  /** Everything the server has sent. */
  get received(): string {
    return this.#received;
  }

  get isClosed(): boolean {
    return this.#socket.destroyed || this.#socket.readableEnded;
  }

  write(text: string): void {
    if (this.#socket.writable) this.#socket.write(text);
  }

  /** Sends the head of a request, and as much of its body as given. */
  request(line: string, headers: Record<string, string | number> = {}, body = ''): void {
    const lines = Object.entries({ Host: '127.0.0.1', ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    this.write([`${line} HTTP/1.1`, ...lines, '', body].join('\r\n'));
  }

  /** Resolves with everything received when it matches. */
  async waitFor(pattern: RegExp): Promise<string> {
    await this.#waitUntil(() => pattern.test(this.#received), `${pattern} in: ${this.#received}`);
    return this.#received;
  }

  async waitUntilClosed(): Promise<void> {
    await this.#waitUntil(() => this.isClosed, 'the connection to close');
  }

  /** Sends no more, but keeps reading. */
  endWriting(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #waitUntil(isMet: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        for (const name of ['data', 'end', 'close']) this.#socket.off(name, check);
        settle();
      };
      const timer = setTimeout(() => finish(() => reject(new Error(`Waited for ${what}.`))), patienceMs);
      const check = () => {
        if (isMet()) finish(resolve);
      };
      for (const name of ['data', 'end', 'close']) this.#socket.on(name, check);
      check();
    });
  }
}
