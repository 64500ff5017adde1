import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import supertest from 'supertest';
import type { Chat } from '#shared/chats';
import type { SharedLink } from '#shared/sharing';
import { startNginx, type Nginx } from '../nginx.ts';
import { startModelServer, type ModelServer } from '../modelServer.ts';
import { Person } from '../person.ts';
import { startPostgres, type PostgresServer } from '../postgresServer.ts';
import { freePort, startServer, type ServerProcess } from '../serverProcess.ts';
import { startRedis, type RedisServer } from './redisServer.ts';
import { Traffic } from './traffic.ts';

/** Factor of the rate limits for tests that send many requests. */
const rateFactor = 1_000;

/** One instance that several processes serve, with its own PostgreSQL, Redis, nginx and model server. */
export class TestCluster {
  readonly nodes: ServerProcess[] = [];
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  readonly models: ModelServer;
  #proxy: Nginx | undefined;
  #traffic: Traffic[] = [];
  #ports: number[] = [];
  #folder = mkdtempSync(path.join(tmpdir(), 'parley-cluster-'));
  #env: Record<string, string>;

  private constructor(
    { postgres, redis, models }: Pick<TestCluster, 'postgres' | 'redis' | 'models'>,
    env: Record<string, string>,
  ) {
    this.postgres = postgres;
    this.redis = redis;
    this.models = models;
    this.#env = env;
  }

  /** Starts two nodes and everything they need. `limited`: with the real rate limits. */
  static async start({ limited = false } = {}): Promise<TestCluster> {
    const [postgres, redis, models] = await Promise.all([startPostgres(), startRedis(), startModelServer()]);
    const cluster = new TestCluster(
      { postgres, redis, models },
      limited ? {} : { RATE_LIMIT_FACTOR: String(rateFactor) },
    );
    try {
      cluster.#ports = [await freePort(), await freePort()];
      // Both at once, although only one of them can migrate the empty database.
      await Promise.all([cluster.startNode(0), cluster.startNode(1)]);
      cluster.#proxy = await startNginx(
        cluster.#ports.map((port) => `127.0.0.1:${port}`) as [string, string],
      );
      return cluster;
    } catch (error) {
      await cluster.end();
      throw error;
    }
  }

  /** The address of the instance, behind which all nodes are. */
  get url(): string {
    return this.#proxy!.url;
  }

  /** Starts the node again at its port, when it has stopped. */
  async startNode(index: number, env: Record<string, string> = {}): Promise<ServerProcess> {
    const node = await startServer({ ...this.nodeEnv(index), ...env });
    this.nodes[index] = node;
    return node;
  }

  /** The environment of a node. */
  nodeEnv(index: number): Record<string, string> & { PORT: string } {
    return {
      PORT: String(this.#ports[index]),
      DATA_DIR: path.join(this.#folder, `node${index}`),
      DATABASE_URL: this.postgres.url,
      REDIS_URL: this.redis.url,
      WEBUI_SECRET_KEY: 'a secret for tests only',
      TRUST_PROXY: '1',
      DEFAULT_USER_ROLE: 'user',
      OPENAI_API_BASE_URL: this.models.url,
      OPENAI_API_KEY: 'none',
      ...this.#env,
    };
  }

  /** A person without an account. */
  stranger(url = this.nodes[0]!.url): Person {
    return new Person(url, supertest.agent(url));
  }

  /** Signs up at the first node. The first person is the admin. */
  async person(name: string): Promise<Person> {
    const person = this.stranger();
    await person.signUp(name);
    return person;
  }

  /** The person at each of the nodes. */
  atNodes(person: Person): Person[] {
    return this.nodes.map(({ url }) => person.at(url));
  }

  /** Lets the people use the instance until the traffic or the cluster is stopped. Absent `urls`: all nodes in turn. */
  traffic(people: Person[], urls = this.nodes.map(({ url }) => url)): Traffic {
    const traffic = new Traffic(people, urls);
    this.#traffic.push(traffic);
    return traffic;
  }

  /** Creates a chat with one answered question and publishes a link to it. */
  async share(owner: Person): Promise<SharedLink> {
    const chat = (await owner.post('/chats', {}).expect(201)).body as Chat;
    const socket = await owner.connect();
    await socket.request('chat:watch', { chatId: chat.id });
    await owner.post(`/chats/${chat.id}/messages`, { content: 'How do magnets work?' }).expect(201);
    await socket.waitFor(
      'message:updated',
      ({ message }) => message.role === 'assistant' && message.status === 'complete',
    );
    socket.close();
    return (await owner.put(`/chats/${chat.id}/share`, {}).expect(201)).body as SharedLink;
  }

  /** Waits until the model server has received the question, and returns that request. */
  async modelRequest(question: string): Promise<ModelServer['requests'][number]> {
    const find = () =>
      this.models.requests.find(
        ({ body }) => body.stream && body.messages?.some(({ content }) => content === question),
      );
    await this.models.waitUntil(() => find() !== undefined);
    return find()!;
  }

  /** Ends every process and removes all data. */
  async end(): Promise<void> {
    this.redis.resume();
    await Promise.all(this.#traffic.map((traffic) => traffic.stop()));
    await this.#proxy?.end();
    await Promise.all(this.nodes.map((node) => node.stop('SIGKILL')));
    await Promise.all([this.redis.end(), this.postgres.end(), this.models.close()]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
