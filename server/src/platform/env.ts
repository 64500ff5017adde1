import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { secretLengthMin } from './secretBox.ts';

const bool = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'])
  .transform((value) => ['true', '1', 'yes'].includes(value));
const list = z.string().transform((value) => value.split(';').map((part) => part.trim()));
const hostName = /^[a-z0-9._-]*$/i;
/** Characters of the token for `/metrics`, which nothing else protects from guessing. */
const metricsTokenMin = 16;
const httpUrl = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''));

/**
 * Every environment variable Parley reads, and its default. The table in the README is generated from this list
 * (`UPDATE_DOCS=1 npm test -- tests/unit/docs/readme` writes it). A variable `X` can also be set as `X_FILE`, the path
 * of a file that holds the value.
 */
export const variables = {
  PORT: { schema: z.coerce.number().int().min(0).max(65_535).default(3000), help: 'Port to listen on.' },
  HOST: { schema: z.string().default('0.0.0.0'), help: 'Address to listen on.' },
  DATA_DIR: {
    schema: z.string().default('data'),
    help: 'Folder for the SQLite database, the secret and temporary files.',
  },
  DATABASE_URL: {
    schema: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must start with postgres://')
      .optional(),
    help: 'Use PostgreSQL instead of SQLite: `postgres://user:password@host:5432/parley`.',
  },
  REDIS_URL: {
    schema: z
      .string()
      .regex(/^rediss?:\/\//, 'must start with redis://')
      .optional(),
    help: 'Connects several nodes that share one PostgreSQL database: `redis://user:password@host:6379`. Unset: this is the only node.',
  },
  REDIS_PREFIX: {
    schema: z
      .string()
      .regex(/^[\w.-]{1,50}$/, 'must have 1 to 50 letters, digits, dots, dashes or underscores')
      .default('parley'),
    help: 'Start of all keys in Redis, if several instances share it.',
  },
  WEBUI_URL: {
    schema: httpUrl.optional(),
    help: 'Public URL of this instance. Links start with it, and requests from other origins are rejected. Unset: taken from each request, if the host is allowed.',
  },
  ALLOWED_HOSTS: {
    schema: list
      .refine(
        (names) => names.every((name) => hostName.test(name)),
        'must be host names without protocol and port',
      )
      .optional(),
    help: 'Host names under which this instance is reached without `WEBUI_URL`, separated by `;`. IP addresses, `localhost`, names without a dot, and names that end in `.local`, `.internal` or `.home.arpa` are always allowed.',
  },
  WEBUI_SECRET_KEY: {
    schema: z.string().min(secretLengthMin, `must have at least ${secretLengthMin} characters`).optional(),
    help: 'Signs sessions and encrypts stored API keys. Unset: generated once and stored in `DATA_DIR/secret.key`.',
  },
  TRUST_PROXY: {
    schema: z.coerce.number().int().min(0).max(10).default(0),
    help: 'Number of reverse proxies in front of the server. They report the client address and protocol.',
  },
  MAX_CONNECTIONS: {
    schema: z.coerce.number().int().min(10).max(100_000).default(5_000),
    help: 'Connections the server accepts at once. Without a reverse proxy, one address can have half of them.',
  },
  RATE_LIMIT_FACTOR: {
    schema: z.coerce.number().min(1).max(1_000_000).default(1),
    help: 'Multiplies every rate limit and the number of sockets a person can have, for load tests and very large offices.',
  },
  WEBUI_NAME: {
    schema: z.string().min(1).max(60).optional(),
    help: 'Name of the instance. Locks the setting in the Admin Panel.',
  },
  ENABLE_SIGNUP: { schema: bool.optional(), help: 'Whether new users can sign up. Locks the setting.' },
  DEFAULT_USER_ROLE: {
    schema: z.enum(['pending', 'user']).optional(),
    help: 'Role of new users. Locks the setting.',
  },
  ENABLE_COMMUNITY_SHARING: {
    schema: bool.optional(),
    help: 'Whether chats can be shared to the community site. Locks the setting.',
  },
  COMMUNITY_URL: {
    schema: httpUrl.default('https://openwebui.com'),
    help: 'The community site that "Share to Community" opens.',
  },
  OPENAI_API_BASE_URL: {
    schema: httpUrl.optional(),
    help: 'Base URL of an OpenAI-compatible server, for example `https://api.openai.com/v1`.',
  },
  OPENAI_API_BASE_URLS: { schema: list.optional(), help: 'Several base URLs, separated by `;`.' },
  OPENAI_API_KEY: {
    schema: z.string().optional(),
    help: 'API key of the server. Without a base URL, `https://api.openai.com/v1` is used.',
  },
  OPENAI_API_KEYS: {
    schema: list.optional(),
    help: 'API keys in the order of `OPENAI_API_BASE_URLS`, separated by `;`.',
  },
  OLLAMA_BASE_URL: {
    schema: httpUrl.optional(),
    help: 'URL of an Ollama server, for example `http://localhost:11434`.',
  },
  SESSION_DAYS: {
    schema: z.coerce.number().min(1).max(365).default(30),
    help: 'Days without activity after which a session ends.',
  },
  STORAGE_LIMIT_MB: {
    schema: z.coerce.number().min(1).optional(),
    help: 'Megabytes of chats and link snapshots one person can store. Unset: no limit.',
  },
  INSTANCE_STORAGE_LIMIT_MB: {
    schema: z.coerce.number().min(1).optional(),
    help: 'Megabytes of chats and link snapshots all people together can store. Unset: no limit.',
  },
  STREAM_COALESCE_MS: {
    schema: z.coerce.number().int().min(0).max(1_000).default(33),
    help: 'Milliseconds for which streamed tokens are batched before they are sent to browsers.',
  },
  LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    help: 'Minimum level of log messages. `debug` adds one message per request.',
  },
  METRICS_TOKEN: {
    schema: z.string().min(metricsTokenMin, `must have at least ${metricsTokenMin} characters`).optional(),
    help: 'Token with which Prometheus reads `/metrics` (`Authorization: Bearer …`). Unset: only programs on this machine can read it.',
  },
} as const satisfies Record<string, { schema: z.ZodType; help: string }>;

type Name = keyof typeof variables;
export type Env = { readonly [N in Name]: z.output<(typeof variables)[N]['schema']> } & {
  /** The folder that contains `drizzle/` and `dist/client`. */
  readonly appRoot: string;
  /** Version of Parley, from `package.json`. */
  readonly version: string;
};

/** Returns the value of `name`, or the content of the file `name_FILE` points to (how secrets are mounted). */
function valueOf(name: string, source: NodeJS.ProcessEnv): string | undefined {
  const file = source[`${name}_FILE`];
  const value = file ? readFileSync(file, 'utf8').trim() : source[name];
  // What is left of a secret after a failed write must not count as unset.
  if (file && value === '') throw new Error(`${name}_FILE names an empty file: ${file}`);
  return value === '' ? undefined : value;
}

/** Reads and validates the environment. Throws one error that names every invalid variable. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const problems: string[] = [];
  const env: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries(variables)) {
    const alias = name === 'WEBUI_SECRET_KEY' ? valueOf('SECRET_KEY', source) : undefined;
    const parsed = schema.safeParse(valueOf(name, source) ?? alias);
    if (parsed.success) env[name] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join(', ')}`);
  }
  if (env.REDIS_URL !== undefined && env.DATABASE_URL === undefined)
    problems.push('REDIS_URL: needs DATABASE_URL: several nodes cannot share an SQLite file');
  if (env.REDIS_URL !== undefined && env.WEBUI_SECRET_KEY === undefined)
    problems.push('REDIS_URL: needs WEBUI_SECRET_KEY: all nodes must sign sessions with the same key');
  if (problems.length > 0) throw new Error(`The environment is not valid.\n  ${problems.join('\n  ')}`);
  const appRoot = path.resolve(source.APP_ROOT ?? '.');
  const manifest = JSON.parse(readFileSync(path.join(appRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { ...env, appRoot, version: manifest.version } as Env;
}
