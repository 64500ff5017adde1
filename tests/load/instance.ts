import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startServer, type ServerProcess } from '../support/serverProcess.ts';
import { startChild, type Child } from './children/child.ts';
import type { ModelReply, ModelRequest } from './children/model.ts';
import type { NodeReport, ProbeRequest } from './children/probe.ts';
import type { ProxyReply, ProxyRequest } from './children/proxy.ts';
import type { Options } from './options.ts';
import { copySeeded, type SeededDatabase } from './seed/seed.ts';
import { textOf } from './seed/texts.ts';

/** The servers of one run with everything they need. */
export class Instance {
  /** Where people reach it. */
  url = '';
  /** What the model answers to every question. */
  readonly answer: string;
  #options: Options;
  /** On the same disk as the seeded database: the temporary folder of many systems is in memory. */
  #folder: string;
  #database: SeededDatabase | undefined;
  #children: Child<never, unknown>[] = [];
  #nodes: ServerProcess[] = [];
  #probe: Child<ProbeRequest, NodeReport[]> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.answer = textOf(options.tokens);
    mkdirSync(options.data, { recursive: true });
    this.#folder = mkdtempSync(path.join(options.data, 'run-'));
  }

  async start(onProgress: (text: string) => void): Promise<void> {
    const { tokensPerSecond, nodes, cpuProf } = this.#options;
    this.#database = await copySeeded(this.#options, this.#folder, onProgress);
    const model = this.#child<ModelRequest, ModelReply>('model');
    const { url: modelUrl } = await model.request({ answer: this.answer, tokensPerSecond });

    onProgress('starting the server');
    if (cpuProf) mkdirSync(cpuProf, { recursive: true });
    const nodeArgs = cpuProf ? ['--cpu-prof', `--cpu-prof-dir=${path.resolve(cpuProf)}`] : [];
    for (let i = 0; i < nodes; i++) this.#nodes.push(await startServer(this.#env(modelUrl), { nodeArgs }));
    this.url = this.#nodes[0]!.url;
    if (nodes > 1) {
      const proxy = this.#child<ProxyRequest, ProxyReply>('proxy');
      const ports = this.#nodes.map(({ url }) => Number(new URL(url).port));
      this.url = (await proxy.request({ ports })).url;
    }
    this.#probe = this.#child<ProbeRequest, NodeReport[]>('probe');
    const watched = this.#nodes.map(({ url, child }) => ({ url, pid: child.pid! }));
    await this.#probe.request({ do: 'watch', nodes: watched });
  }

  /** Forgets what the probe measured so far. */
  async resetProbe(): Promise<void> {
    await this.#probe!.request({ do: 'reset' });
  }

  report(): Promise<NodeReport[]> {
    return this.#probe!.request({ do: 'report' });
  }

  /** Returns what the servers wrote to their error output. */
  errors(): string {
    return this.#nodes.map((node) => node.errors()).join('');
  }

  async end(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.stop('SIGTERM')));
    for (const child of this.#children) child.end();
    await this.#database?.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #child<Request extends object, Reply>(name: string): Child<Request, Reply> {
    const child = startChild<Request, Reply>(name);
    this.#children.push(child);
    return child;
  }

  #env(modelUrl: string): Record<string, string> {
    return {
      DATA_DIR: this.#folder,
      WEBUI_SECRET_KEY: 'a secret for load tests only',
      OPENAI_API_BASE_URL: modelUrl,
      OPENAI_API_KEY: 'none',
      // All people have the same address, and each is busier than a real one.
      RATE_LIMIT_FACTOR: '1000',
      MAX_CONNECTIONS: '20000',
      ...this.#database?.env,
      ...(this.#options.redis && { REDIS_URL: this.#options.redis }),
    };
  }
}
