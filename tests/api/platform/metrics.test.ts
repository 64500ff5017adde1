import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../../support/app.ts';
import { Conversations } from '../../support/conversation.ts';
import { MetricSamples } from '../../support/metricSamples.ts';
import { ask, createModelFixture, endedAnswer, type ModelFixture } from '../../support/modelFixture.ts';
import { chunksOf } from '../../support/modelServer.ts';
import type { Person } from '../../support/person.ts';

const token = 'the-token-of-prometheus';

const metricsOf = (app: TestApp, headers: Record<string, string> = {}) =>
  app.stranger().agent.get('/metrics').set(headers);
const read = async (app: TestApp) => new MetricSamples((await metricsOf(app).expect(200)).text);

describe('who may read the metrics', () => {
  test('without a token, only a program on this machine that asks directly', async () => {
    const app = await createTestApp();
    const elsewhere: Record<string, string>[] = [
      { 'X-Forwarded-For': '203.0.113.7' },
      { 'X-Forwarded-Proto': 'https' },
      { Forwarded: 'for=203.0.113.7' },
      { Via: '1.1 proxy' },
      { 'X-Real-IP': '203.0.113.7' },
      { 'CF-Connecting-IP': '203.0.113.7' },
      { Host: 'chat.example.org' },
      { Host: 'rebind.evil.example:3000' },
      { Host: '' },
    ];
    for (const headers of elsewhere) {
      const response = await metricsOf(app, headers);
      expect([response.status, headers]).toEqual([404, headers]);
      expect(response.text).not.toContain('parley_');
    }
    await metricsOf(app).expect(200);
    await app.end();
  });

  test.each([
    ['behind a proxy on this machine', { TRUST_PROXY: '1' }],
    ['behind a proxy that encrypts', { WEBUI_URL: 'https://chat.example.org' }],
  ])('without a token, nobody %s', async (_where, env) => {
    const app = await createTestApp({ env });
    await metricsOf(app).expect(404);
    await metricsOf(app, { Authorization: `Bearer ${token}` }).expect(404);
    await metricsOf(app, { Authorization: 'Bearer undefined' }).expect(404);
    await app.end();
  });

  test('with a token, whoever sends it, through any proxy; others learn nothing', async () => {
    const app = await createTestApp({ env: { METRICS_TOKEN: token, TRUST_PROXY: '1' } });
    const proxied = { 'X-Forwarded-For': '203.0.113.7', Host: 'chat.example.org' };
    const response = await metricsOf(app, { ...proxied, Authorization: `Bearer ${token}` }).expect(200);
    expect(response.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(response.headers['cache-control']).toBe('no-store');
    for (const authorization of [
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      'Bearer',
      'Bearer ',
      `Basic ${token}`,
      token,
    ]) {
      await metricsOf(app, { ...proxied, Authorization: authorization }).expect(404);
    }
    await metricsOf(app, proxied).expect(404);
    await app.end();
  });

  test('a token that is too short to be secret is refused at the start', async () => {
    await expect(createTestApp({ env: { METRICS_TOKEN: 'short' } })).rejects.toThrow(/METRICS_TOKEN/);
  });
});

describe('when metrics are recorded', () => {
  test('nothing is recorded before the first read, and everything after it', async () => {
    const app = await createTestApp();
    await app.stranger().get('/config').expect(200);
    expect(app.platform.metrics.isOn).toBe(false);
    const requests = 'parley_http_request_duration_seconds_count';
    const config = { method: 'GET', route: '/api/v1/config', status: '200' };
    expect((await read(app)).value(requests, config)).toBeUndefined();
    await app.stranger().get('/config').expect(200);
    expect((await read(app)).value(requests, config)).toBe(1);
    await app.end();
  });

  test('with a token, everything is recorded from the start', async () => {
    const app = await createTestApp({ env: { METRICS_TOKEN: token } });
    await app.stranger().get('/config').expect(200);
    const samples = await read(app);
    expect(samples.sum('parley_http_request_duration_seconds_count')).toBe(1);
    await app.end();
  });
});

describe('what is recorded', () => {
  let fixture: ModelFixture;
  let app: TestApp;
  let ben: Person;
  beforeAll(async () => {
    fixture = await createModelFixture({ env: { METRICS_TOKEN: token } });
    ({ app, member: ben } = fixture);
  });
  afterAll(() => fixture.end());

  const requests = 'parley_http_request_duration_seconds_count';

  test('requests by method, route pattern and status; a path never', async () => {
    const secret = 'V1Qq0J8yqk3h2pXr5T7uWnZbCdEfGhIj';
    await ben.get(`/shared/${secret}`).expect(404);
    await ben.get(`/chats/${secret}`).expect(404);
    await app.stranger().get(`/chats/${secret}`).expect(401);
    await ben.get(`/nothing/${secret}`).expect(404);
    await ben.agent.get(`/s/${secret}`);
    await ben.agent.get(`/assets/${secret}.js`).expect(404);
    await ben.agent.get(`/api/v1/%E0${secret}`);
    const samples = await read(app);
    const count = (route: string, status: string) =>
      samples.value(requests, { method: 'GET', route, status });
    expect(count('/api/v1/shared/:id', '404')).toBe(1);
    expect(count('/api/v1/chats/:id', '404')).toBe(1);
    expect(count('/api/v1/chats/:id', '401')).toBe(1);
    expect(count('none', '404')).toBeGreaterThanOrEqual(1);
    expect(samples.text).not.toContain(secret);
  });

  test('a method that is not in use counts as another one', async () => {
    await ben.agent.propfind('/api/v1/chats');
    const samples = await read(app);
    expect(samples.sum(requests, { method: 'other' })).toBe(1);
    expect(samples.text).not.toContain('PROPFIND');
  });

  test('the time of an answer, of its first token, and how it ended', async () => {
    const before = await read(app);
    fixture.server.reply = { chunks: chunksOf('One two three.') };
    const tab = await ben.connect();
    await endedAnswer(ben, tab, await ask(ben, 'Count.'));
    fixture.server.reply = { status: 500, body: '{"error":{"message":"out of memory"}}' };
    await endedAnswer(ben, tab, await ask(ben, 'Again.'));
    fixture.server.reply = { hang: true };
    const stopped = await ask(ben, 'And again.');
    await fixture.server.waitUntil(
      () => fixture.server.requests.at(-1)?.body.messages?.at(-1)?.content === 'And again.',
    );
    expect((await read(app)).value('parley_answers_running')).toBe(1);
    await ben.post(`/chats/${stopped.chatId}/stop`).expect(202);
    const after = await read(app);
    const added = (name: string, labels: Record<string, string> = {}) =>
      (after.value(name, labels) ?? 0) - (before.value(name, labels) ?? 0);
    expect(added('parley_model_first_token_seconds_count')).toBe(1);
    expect(added('parley_model_answer_duration_seconds_count', { outcome: 'complete' })).toBe(1);
    expect(added('parley_model_answer_duration_seconds_count', { outcome: 'failed' })).toBe(1);
    expect(added('parley_model_answer_duration_seconds_count', { outcome: 'stopped' })).toBe(1);
    expect(added('parley_model_errors_total', { kind: 'server_failed' })).toBe(1);
    expect(after.value('parley_answers_running')).toBe(0);
    tab.close();
  });

  test('shared pages that were opened and those that were refused', async () => {
    const chatId = await new Conversations(app.platform).create(ben.user.id);
    const link = (await ben.put(`/chats/${chatId}/share`, {}).expect(201)).body as { id: string };
    await fixture.admin.get(`/shared/${link.id}`).expect(200);
    await ben.delete(`/shared-links/${link.id}`).expect(204);
    const before = await read(app);
    expect(before.value('parley_shared_pages_total', { result: 'opened' })).toBe(1);
    await fixture.admin.get(`/shared/${link.id}`).expect(404);
    const refused = { result: 'refused' };
    const count = (samples: MetricSamples) => samples.value('parley_shared_pages_total', refused) ?? 0;
    expect(count(await read(app)) - count(before)).toBe(1);
  });

  test('sockets and their events', async () => {
    const tab = await ben.connect();
    const chatId = await new Conversations(app.platform).create(ben.user.id);
    const before = await read(app);
    expect(before.value('parley_sockets')).toBe(1);
    await tab.request('chat:watch', { chatId });
    await tab.request('chat:watch', { chatId: 'nothing' });
    const after = await read(app);
    const name = 'parley_socket_event_duration_seconds_count';
    for (const result of ['done', 'refused']) {
      const labels = { event: 'chat:watch', result };
      expect((after.value(name, labels) ?? 0) - (before.value(name, labels) ?? 0)).toBe(1);
    }
    tab.close();
  });

  test('the work of the database, its connections and what waits for them', async () => {
    const samples = await read(app);
    for (const kind of ['read', 'write', 'transaction']) {
      expect(samples.value('parley_database_duration_seconds_count', { kind })).toBeGreaterThan(0);
    }
    expect(samples.value('parley_database_wait_seconds_count', { kind: 'write' })).toBeGreaterThan(0);
    expect(samples.value('parley_database_connections', { kind: 'write', state: 'idle' })).toBe(1);
    for (const queue of ['imports', 'database_write', 'requests_any', 'requests_search']) {
      expect(samples.value('parley_queue_waiting', { queue })).toBe(0);
    }
  });

  test('the process, its event loop and its place among the nodes', async () => {
    const samples = await read(app);
    expect(samples.value('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(samples.value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(samples.value('parley_cluster_shared')).toBe(0);
    expect(samples.value('parley_cluster_connected')).toBe(1);
    expect(samples.value('parley_info', { version: app.platform.env.version, database: 'sqlite' })).toBe(1);
  });

  test('no label has an id, an address or a name of a person', async () => {
    const { text } = await read(app);
    for (const secret of [ben.user.id, 'ben@', '@example.org', 'sk-of-the-test-fixture', fixture.server.url])
      expect(text).not.toContain(secret);
    const allowed = /^([A-Za-z_]+|[1-5]\d\d|\+Inf|[\d.e-]+|\/[\w/:.{}*-]*|[a-z]+:[a-z]+|v?\d+\.\d+\.\d+.*)$/;
    const values = [...text.matchAll(/="([^"]*)"/g)].map(([, value]) => value);
    expect(values.filter((value) => !allowed.test(value!))).toEqual([]);
  });
});
