import { fork, type ChildProcess } from 'node:child_process';
import { loadavg } from 'node:os';
import { apiPrefix } from '#shared/api';

/**
 * Measures the CPU time per request of lists and searches with 100 and with 10,000 chats and links, and the ratio of the
 * two. The goal is a ratio near 1. Absolute times are valid only for this machine.
 */
const sizes = { small: 100, large: 10_000 };
const requestsPerRound = 200;
const rounds = 5;
/** If the rounds of the baseline differ by more than this, the run is not usable. */
const noiseLimit = 0.35;

const cases: [name: string, path: (cursor: string) => string][] = [
  ['baseline: GET /config', () => '/config'],
  ['chats, first page', () => '/chats?limit=30'],
  ['chats, middle page', (cursor) => `/chats?limit=30&cursor=${cursor}`],
  ['chats, search: common word', () => '/chats?limit=30&query=plan'],
  ['chats, search: one hit', () => '/chats?limit=30&query=item42'],
  ['chats, search: no hit', () => '/chats?limit=30&query=nowhere'],
  ['links, by date', () => '/shared-links?limit=30'],
  ['links, by title', () => '/shared-links?limit=30&sort=title'],
  ['links, search: common word', () => '/shared-links?limit=30&query=plan'],
  ['links, search: no hit', () => '/shared-links?limit=30&query=nowhere'],
];

const nextMessage = (server: ChildProcess) =>
  new Promise<Record<string, number>>((resolve) =>
    server.once('message', (message) => resolve(message as never)),
  );
const request = (server: ChildProcess, message: object) => {
  const reply = nextMessage(server);
  server.send(message);
  return reply;
};

async function signUp(base: string, name: string): Promise<{ cookie: string; id: string }> {
  const body = JSON.stringify({ name, email: `${name}@example.org`, password: 'correct horse battery' });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${base}/auth/sign-up`, { method: 'POST', headers, body });
  const { user } = (await response.json()) as { user: { id: string } };
  return { cookie: response.headers.getSetCookie()[0]!.split(';')[0]!, id: user.id };
}

async function middleCursor(base: string, cookie: string, size: number): Promise<string> {
  let cursor = '';
  for (let seen = 0; seen < size / 2; seen += 100) {
    const response = await fetch(
      `${base}/chats?limit=${Math.min(100, size / 2)}${cursor && `&cursor=${cursor}`}`,
      {
        headers: { cookie },
      },
    );
    cursor = ((await response.json()) as { nextCursor: string }).nextCursor;
  }
  return cursor;
}

/** Returns the server's CPU time per request, in microseconds. */
async function measure(server: ChildProcess, url: string, cookie: string): Promise<number> {
  const before = (await request(server, { request: 'cpu' })).microseconds!;
  for (let i = 0; i < requestsPerRound; i++) {
    const response = await fetch(url, { headers: { cookie } });
    if (!response.ok) throw new Error(`${url} returned ${response.status}`);
    await response.arrayBuffer();
  }
  return ((await request(server, { request: 'cpu' })).microseconds! - before) / requestsPerRound;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const server = fork(new URL('server.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
const base = `http://127.0.0.1:${(await nextMessage(server)).port}${apiPrefix}`;
const people = { small: await signUp(base, 'small'), large: await signUp(base, 'large') };
await request(server, {
  request: 'seed',
  seed: { ownerId: people.small.id, chats: sizes.small, prefix: 'small' },
});
await request(server, {
  request: 'seed',
  seed: { ownerId: people.large.id, chats: sizes.large, prefix: 'large' },
});
const cursors = {
  small: await middleCursor(base, people.small.cookie, sizes.small),
  large: await middleCursor(base, people.large.cookie, sizes.large),
};

const results = new Map(cases.map(([name]) => [name, { small: [] as number[], large: [] as number[] }]));
// The first round is a warm-up and not counted. Sizes alternate, so that noise affects both.
for (let round = 0; round <= rounds; round++) {
  for (const [name, path] of cases) {
    for (const size of ['small', 'large'] as const) {
      const cost = await measure(server, base + path(cursors[size]), people[size].cookie);
      if (round > 0) results.get(name)![size].push(cost);
    }
  }
}
server.send({ request: 'end' });

console.log(
  `Node ${process.version}, load ${loadavg()[0]!.toFixed(2)}, ${rounds} rounds of ${requestsPerRound} requests`,
);
console.table(
  Object.fromEntries(
    [...results].map(([name, { small, large }]) => [
      name,
      {
        'µs at 100': Math.round(median(small)),
        'µs at 10,000': Math.round(median(large)),
        ratio: Number((median(large) / median(small)).toFixed(2)),
      },
    ]),
  ),
);
const baseline = [...results.get(cases[0]![0])!.small, ...results.get(cases[0]![0])!.large];
const spread = (Math.max(...baseline) - Math.min(...baseline)) / median(baseline);
if (spread > noiseLimit) {
  console.error(
    `The machine was busy: the baseline varied by ${Math.round(spread * 100)} %. Do not use this run.`,
  );
  process.exitCode = 1;
}
