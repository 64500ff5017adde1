import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const bool = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'])
  .transform((value) => ['true', '1', 'yes'].includes(value));
const list = z.string().transform((value) => value.split(';').map((part) => part.trim()));
const httpUrl = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''));

/**
 * Every environment variable Parley reads, and its default. The table in the README is made from the same list
 * (`UPDATE_DOCS=1 npm test -- tests/unit/docs/readme` writes it). A variable `X` may also be given as `X_FILE`, a path to its value.
 */
export const variables = {
  PORT: { schema: z.coerce.number().int().min(0).max(65_535).default(3000), help: 'Port to listen on.' },
  HOST: { schema: z.string().default('0.0.0.0'), help: 'Address to listen on.' },
  DATA_DIR: {
    schema: z.string().default('data'),
    help: 'Folder of the SQLite database, the secret and temporary files.',
  },
  DATABASE_URL: {
    schema: z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must start with postgres://')
      .optional(),
    help: 'PostgreSQL instead of SQLite: `postgres://user:password@host:5432/parley`.',
  },
  WEBUI_URL: {
    schema: httpUrl.optional(),
    help: 'Address people open in the browser. Links are made with it and requests from other origins are refused. Unset: taken from each request.',
  },
  WEBUI_SECRET_KEY: {
    schema: z.string().min(16, 'must have at least 16 characters').optional(),
    help: 'Signs sessions and encrypts stored API keys. Unset: made once and kept in `DATA_DIR/secret.key`.',
  },
  TRUST_PROXY: {
    schema: z.coerce.number().int().min(0).max(10).default(0),
    help: 'Number of reverse proxies in front, so that the right client address and protocol are used.',
  },
  WEBUI_NAME: {
    schema: z.string().min(1).max(60).optional(),
    help: 'Name of the instance. Locks the field in the Admin Panel.',
  },
  ENABLE_SIGNUP: { schema: bool.optional(), help: 'Whether people may sign up. Locks the field.' },
  DEFAULT_USER_ROLE: {
    schema: z.enum(['pending', 'user']).optional(),
    help: 'Role of new accounts. Locks the field.',
  },
  ENABLE_COMMUNITY_SHARING: {
    schema: bool.optional(),
    help: 'Whether chats may be handed to the community site. Locks the field.',
  },
  COMMUNITY_URL: {
    schema: httpUrl.default('https://openwebui.com'),
    help: 'The community site that "Share to Community" opens.',
  },
  OPENAI_API_BASE_URL: {
    schema: httpUrl.optional(),
    help: 'An OpenAI-compatible server, for example `https://api.openai.com/v1`.',
  },
  OPENAI_API_BASE_URLS: { schema: list.optional(), help: 'Several of them, separated by `;`.' },
  OPENAI_API_KEY: {
    schema: z.string().optional(),
    help: 'Its key. Alone it means the OpenAI server itself.',
  },
  OPENAI_API_KEYS: {
    schema: list.optional(),
    help: 'Keys in the order of `OPENAI_API_BASE_URLS`, separated by `;`.',
  },
  OLLAMA_BASE_URL: {
    schema: httpUrl.optional(),
    help: 'An Ollama server, for example `http://localhost:11434`.',
  },
  SESSION_DAYS: {
    schema: z.coerce.number().min(1).max(365).default(30),
    help: 'Days after which an unused session ends.',
  },
  STREAM_COALESCE_MS: {
    schema: z.coerce.number().int().min(0).max(1_000).default(33),
    help: 'Milliseconds for which streamed tokens are gathered before they are sent to browsers.',
  },
  LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    help: 'What the server logs.',
  },
} as const satisfies Record<string, { schema: z.ZodType; help: string }>;

type Name = keyof typeof variables;
export type Env = { readonly [N in Name]: z.output<(typeof variables)[N]['schema']> } & {
  /** Where `drizzle/` and `dist/client` are found. */
  readonly appRoot: string;
  /** Of Parley, from its manifest. */
  readonly version: string;
};

/** The value of `name`, or the content of the file that `name_FILE` points at (as secrets are mounted). */
function valueOf(name: string, source: NodeJS.ProcessEnv): string | undefined {
  const file = source[`${name}_FILE`];
  const value = file ? readFileSync(file, 'utf8').trim() : source[name];
  return value === '' ? undefined : value;
}

/** Reads and checks the environment. Throws one error that names every variable that is wrong. */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const wrong: string[] = [];
  const env: Record<string, unknown> = {};
  for (const [name, { schema }] of Object.entries(variables)) {
    const alias = name === 'WEBUI_SECRET_KEY' ? valueOf('SECRET_KEY', source) : undefined;
    const parsed = schema.safeParse(valueOf(name, source) ?? alias);
    if (parsed.success) env[name] = parsed.data;
    else wrong.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join(', ')}`);
  }
  if (wrong.length > 0) throw new Error(`The environment is not valid.\n  ${wrong.join('\n  ')}`);
  const appRoot = path.resolve(source.APP_ROOT ?? '.');
  const manifest = JSON.parse(readFileSync(path.join(appRoot, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { ...env, appRoot, version: manifest.version } as Env;
}
