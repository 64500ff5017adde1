import { beforeEach, describe, expect, test } from '@jest/globals';
import { ConnectionForm } from '../../../../client/src/features/models/connections/connectionForm.svelte.ts';
import { Connections } from '../../../../client/src/features/models/connections/connections.svelte.ts';
import { InstanceSettings } from '../../../../client/src/features/settings/instance/instanceSettings.svelte.ts';
import { Users } from '../../../../client/src/features/users/users.svelte.ts';
import { FakeApi, Refusal } from '../../support/fakeApi.ts';
import { aConnection, aManagedUser } from '../../support/factories.ts';

let api: FakeApi;
beforeEach(() => {
  api = new FakeApi();
});

describe('the accounts', () => {
  const waiting = aManagedUser({ id: 'grace', role: 'pending' });
  let users: Users;
  beforeEach(async () => {
    api.on('GET /admin/users', () => ({ items: [waiting], nextCursor: null, pendingCount: 1 }));
    users = new Users();
    await users.list.load();
  });

  test('stay as they are when the server refuses', async () => {
    api.on('PATCH /admin/users/:id', () => {
      throw new Refusal(422, 'last_admin');
    });
    await expect(users.change(waiting, { role: 'user' })).rejects.toThrow();
    expect(users.list.items).toEqual([waiting]);
    expect(users.pendingCount).toBe(1);
  });

  test('count one fewer who waits after one was let in or shut out', async () => {
    api.on('PATCH /admin/users/:id', ({ body }) => ({ ...waiting, ...(body as object) }));
    await users.change(waiting, { active: false });
    expect(users.pendingCount).toBe(0);
    await users.change(users.list.items[0]!, { active: true });
    expect(users.pendingCount).toBe(1);
    await users.change(users.list.items[0]!, { role: 'user' });
    expect(users.pendingCount).toBe(0);
    expect(users.list.items[0]).toMatchObject({ id: 'grace', role: 'user' });
  });

  test('are searched and filtered by the server, both together', async () => {
    await users.show('pending');
    await users.search(' grace ');
    expect(api.to('GET /admin/users').at(-1)?.query).toEqual({
      limit: '50',
      query: 'grace',
      role: 'pending',
    });
    await users.show('all');
    expect(api.to('GET /admin/users').at(-1)?.query).toEqual({ limit: '50', query: 'grace' });
  });
});

describe('the settings of the instance', () => {
  const stored = {
    name: 'Parley',
    signUp: 'open' as const,
    defaultRole: 'pending' as const,
    communitySharing: false,
    demoModel: false,
    locked: ['signUp' as const],
  };
  let settings: InstanceSettings;
  beforeEach(async () => {
    api.on('GET /admin/settings', () => stored);
    settings = new InstanceSettings();
    await settings.load();
  });

  test('are taken back when they are refused, and the reason is told', async () => {
    api.on('PATCH /admin/settings', () => {
      throw new Refusal(503, 'unavailable', 'The database is busy. Try again.');
    });
    const saving = settings.save({ communitySharing: true });
    expect(settings.values?.communitySharing).toBe(true);
    await saving;
    expect(settings.values?.communitySharing).toBe(false);
    expect(settings.refusal).toBe('The database is busy. Try again.');
    expect(settings.saved).toBe('');
  });

  test('say when they are saved', async () => {
    api.on('PATCH /admin/settings', ({ body }) => ({ ...stored, ...(body as object) }));
    await settings.save({ name: 'Analytical Engine' });
    expect(settings.values?.name).toBe('Analytical Engine');
    expect(settings.saved).toBe('Saved');
  });

  test('name those that the environment holds fixed', () => {
    expect(settings.lockOf('signUp')).toBe('Set by the environment');
    expect(settings.lockOf('name')).toBeNull();
  });
});

describe('a connection', () => {
  const formOf = (existing = aConnection()): ConnectionForm =>
    new ConnectionForm(new Connections(), existing);

  test('is not sent without a name and a whole address', async () => {
    const form = new ConnectionForm(new Connections(), null);
    form.baseUrl = 'localhost:11434';
    expect(await form.save()).toBe(false);
    expect(Object.keys(form.faults)).toEqual(['name', 'baseUrl']);
    expect(api.received).toEqual([]);
  });

  test('shows what the server finds wrong at the field it is about', async () => {
    api.on('PATCH /admin/connections/:id', () => {
      const fieldErrors = { baseUrl: ['must be an http or https address'] };
      throw new Refusal(400, 'invalid_request', 'The request is not valid.', { formErrors: [], fieldErrors });
    });
    const form = formOf();
    expect(await form.save()).toBe(false);
    expect(form.faults).toEqual({ baseUrl: 'Must be an http or https address.' });
  });

  test('keeps its key when none is typed, and loses it only when asked to', async () => {
    api.on('PATCH /admin/connections/:id', () => aConnection());
    const form = formOf();
    await form.save();
    expect(api.to('PATCH /admin/connections/:id')[0]?.body).not.toHaveProperty('apiKey');
    form.removeKey = true;
    await form.save();
    expect(api.to('PATCH /admin/connections/:id')[1]?.body).toHaveProperty('apiKey', '');
  });

  test('says that a key does not go along to another server', () => {
    const form = formOf();
    form.baseUrl = 'http://localhost:11434/v2';
    expect(form.dropsKey).toBe(false);
    form.baseUrl = 'http://elsewhere:11434/v1';
    expect(form.dropsKey).toBe(true);
  });

  test('is tried with what the form holds, and tells the models or why there are none', async () => {
    api.on('POST /admin/connections/test', () => ({ ok: false as const, message: 'The key is not right.' }));
    const form = formOf();
    form.apiKey = 'sk-wrong';
    await form.test();
    expect(form.outcome).toEqual({ ok: false as const, message: 'The key is not right.' });
    expect(api.to('POST /admin/connections/test')[0]?.body).toEqual({
      id: 'local',
      baseUrl: 'http://localhost:11434/v1',
      apiKey: 'sk-wrong',
    });
  });
});
