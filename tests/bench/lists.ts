import { fork, type ChildProcess } from 'node:child_process';
import { loadavg } from 'node:os';
import { apiPrefix } from '#shared/api';

/**
 * What listing and searching costs the server at 100 and at 10,000 chats and links: CPU time per request, and the
 * ratio of the two within this run. The goal is a ratio near 1; absolute times belong to this machine alone.
 */
const sizes = { small: 100, large: 10_000 };
const requestsPerRound = 200;
const rounds = 5;
/** A round whose floor differs by more than this from the others makes the run worthless. */
const noiseLimit = 0.35;

const cases: [name: string, path: (cursor: string) => string][] = [
  ['floor: GET /config', () => '/config'],
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

const reply = (server: ChildProcess) =>
  new Promise<Record<string, number>>((resolve) =>
    server.once('message', (message) => resolve(message as never)),
  );
const ask = (server: ChildProcess, message: object) => {
  const answer = reply(server);
  server.send(message);
  return answer;
};

async function signUp(base: string, name: string): Promise<{ cookie: string; id: string }> {
  const body = JSON.stringify({ name, email: `${name}@example.org`, password: 'correct horse battery' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${base}/auth/sign-up`, { method: 'POST', headers, body });
  const { user } = (await answer.json()) as { user: { id: string } };
  return { cookie: answer.headers.getSetCookie()[0]!.split(';')[0]!, id: user.id };
}

async function middleCursor(base: string, cookie: string, size: number): Promise<string> {
  let cursor = '';
  for (let seen = 0; seen < size / 2; seen += 100) {
    const answer = await fetch(
      `${base}/chats?limit=${Math.min(100, size / 2)}${cursor && `&cursor=${cursor}`}`,
      {
        headers: { cookie },
      },
    );
    cursor = ((await answer.json()) as { nextCursor: string }).nextCursor;
  }
  return cursor;
}

/** Microseconds of the server's CPU per request. */
async function measure(server: ChildProcess, url: string, cookie: string): Promise<number> {
  const before = (await ask(server, { ask: 'cpu' })).microseconds!;
  for (let i = 0; i < requestsPerRound; i++) {
    const answer = await fetch(url, { headers: { cookie } });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    await answer.arrayBuffer();
  }
  return ((await ask(server, { ask: 'cpu' })).microseconds! - before) / requestsPerRound;
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const server = fork(new URL('server.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
const base = `http://127.0.0.1:${(await reply(server)).port}${apiPrefix}`;
const people = { small: await signUp(base, 'small'), large: await signUp(base, 'large') };
await ask(server, { ask: 'seed', wanted: { ownerId: people.small.id, chats: sizes.small, prefix: 'small' } });
await ask(server, { ask: 'seed', wanted: { ownerId: people.large.id, chats: sizes.large, prefix: 'large' } });
const cursors = {
  small: await middleCursor(base, people.small.cookie, sizes.small),
  large: await middleCursor(base, people.large.cookie, sizes.large),
};

const results = new Map(cases.map(([name]) => [name, { small: [] as number[], large: [] as number[] }]));
// One round more than is counted: the first one warms up. Arms alternate, so that noise falls on both.
for (let round = 0; round <= rounds; round++) {
  for (const [name, path] of cases) {
    for (const size of ['small', 'large'] as const) {
      const cost = await measure(server, base + path(cursors[size]), people[size].cookie);
      if (round > 0) results.get(name)![size].push(cost);
    }
  }
}
server.send({ ask: 'end' });

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
const floor = [...results.get(cases[0]![0])!.small, ...results.get(cases[0]![0])!.large];
const spread = (Math.max(...floor) - Math.min(...floor)) / median(floor);
if (spread > noiseLimit) {
  console.error(
    `The machine was noisy: the floor differed by ${Math.round(spread * 100)} %. Do not quote this run.`,
  );
  process.exitCode = 1;
}
