import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { apiPrefix, endpoints } from '#shared/api';
import type { Endpoint } from '#shared/endpoint';
import { clientEvents, type ClientEvent } from '#shared/socketEvents';
import { invite } from '../support/accountLinks.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { textOf, type Person } from '../support/person.ts';

/**
 * Requests every endpoint as every kind of user, for their own, foreign and missing resources. The table below
 * lists only the subject and a valid request of each endpoint; the permissions follow from it, so that a
 * new endpoint cannot be added without an entry here.
 */
type Subject =
  | 'nothing'
  | 'chat'
  | 'message'
  | 'link'
  | 'revokedLink'
  | 'sharedPage'
  | 'user'
  | 'invitedUser'
  | 'connection';
interface Case {
  about: Subject;
  access: 'anyone' | 'signedIn' | 'member' | 'admin';
  /** `:id` in it stands for the id of the subject, as in a path. */
  body?: object;
  query?: string;
  /** Statuses of a request that is allowed. */
  ok: number[];
  /** Status for a subject that is missing or someone else's; 404 when absent. */
  missing?: number;
}

const cases: Record<keyof typeof endpoints, Case> = {
  getConfig: { about: 'nothing', access: 'anyone', ok: [200] },
  getSettings: { about: 'nothing', access: 'admin', ok: [200] },
  updateSettings: { about: 'nothing', access: 'admin', body: {}, ok: [200] },
  signUp: { about: 'nothing', access: 'anyone', body: {}, ok: [400] },
  signIn: { about: 'nothing', access: 'anyone', body: {}, ok: [400] },
  signOut: { about: 'nothing', access: 'anyone', ok: [204] },
  listSessions: { about: 'nothing', access: 'signedIn', ok: [200] },
  endSession: { about: 'nothing', access: 'signedIn', ok: [404] },
  endOtherSessions: { about: 'nothing', access: 'signedIn', ok: [204] },
  readAccountLink: { about: 'nothing', access: 'anyone', body: { token: 'unknown' }, ok: [404] },
  useAccountLink: { about: 'nothing', access: 'anyone', body: {}, ok: [400] },
  getMe: { about: 'nothing', access: 'signedIn', ok: [200] },
  updateMe: { about: 'nothing', access: 'signedIn', body: {}, ok: [200] },
  changePassword: {
    about: 'nothing',
    access: 'signedIn',
    body: { currentPassword: 'wrong', newPassword: 'long enough' },
    ok: [400],
  },
  getOwnUsage: { about: 'nothing', access: 'member', ok: [200] },
  getUsage: { about: 'nothing', access: 'admin', ok: [200] },
  listPeople: { about: 'nothing', access: 'member', ok: [200] },
  listUsers: { about: 'nothing', access: 'admin', ok: [200] },
  updateUser: { about: 'user', access: 'admin', body: {}, ok: [200] },
  createUser: { about: 'nothing', access: 'admin', body: {}, ok: [400] },
  createResetLink: { about: 'user', access: 'admin', ok: [200] },
  deleteUser: { about: 'invitedUser', access: 'admin', body: { chats: 'keep' }, ok: [204] },
  listModels: { about: 'nothing', access: 'member', ok: [200] },
  listConnections: { about: 'nothing', access: 'admin', ok: [200] },
  createConnection: { about: 'nothing', access: 'admin', body: {}, ok: [400] },
  updateConnection: { about: 'connection', access: 'admin', body: {}, ok: [200] },
  deleteConnection: { about: 'connection', access: 'admin', ok: [204] },
  testConnection: { about: 'nothing', access: 'admin', body: {}, ok: [400] },
  listChats: { about: 'nothing', access: 'member', ok: [200] },
  createChat: { about: 'nothing', access: 'member', body: {}, ok: [201] },
  getChat: { about: 'chat', access: 'member', ok: [200] },
  updateChat: { about: 'chat', access: 'member', body: { title: 'Renamed' }, ok: [200] },
  deleteChat: { about: 'chat', access: 'member', ok: [204] },
  exportChat: { about: 'chat', access: 'member', ok: [200] },
  listEarlierMessages: { about: 'message', access: 'member', query: 'before=:messageId', ok: [200] },
  sendMessage: { about: 'chat', access: 'member', body: { content: 'Hello' }, ok: [201] },
  regenerate: { about: 'message', access: 'member', body: {}, ok: [201] },
  continueMessage: { about: 'message', access: 'member', ok: [422] },
  editMessage: { about: 'message', access: 'member', body: { content: 'Changed' }, ok: [200] },
  deleteMessage: { about: 'message', access: 'member', ok: [200] },
  stopGeneration: { about: 'chat', access: 'member', ok: [202] },
  getShare: { about: 'chat', access: 'member', ok: [200] },
  previewShare: { about: 'chat', access: 'member', ok: [200] },
  publishShare: { about: 'chat', access: 'member', body: {}, ok: [200, 201] },
  revokeShare: { about: 'chat', access: 'member', ok: [204] },
  listLinks: { about: 'nothing', access: 'member', ok: [200] },
  updateLink: { about: 'link', access: 'member', body: { title: 'Renamed' }, ok: [200] },
  revokeLink: { about: 'link', access: 'member', ok: [204] },
  restoreLink: { about: 'revokedLink', access: 'member', ok: [200] },
  revokeLinks: { about: 'link', access: 'member', body: { ids: [':id'] }, ok: [200], missing: 200 },
  restoreLinks: { about: 'revokedLink', access: 'member', body: { ids: [':id'] }, ok: [200], missing: 200 },
  readSharedChat: { about: 'sharedPage', access: 'member', ok: [200] },
  continueSharedChat: { about: 'sharedPage', access: 'member', ok: [201] },
  shareToCommunity: { about: 'chat', access: 'member', ok: [200] },
  importChats: { about: 'nothing', access: 'member', ok: [400, 415, 422] },
  exportChats: { about: 'nothing', access: 'member', ok: [200] },
};

/** What one person owns: created for every request, so that no request uses up what another one needs. */
interface OwnedIds {
  chat: string;
  message: string;
  link: string;
}

describe('who may do what', () => {
  let app: TestApp;
  let invited = 0;
  const people = {} as Record<'anonymous' | 'pending' | 'owner' | 'other' | 'admin' | 'demoted', Person>;

  beforeAll(async () => {
    app = await createTestApp({ env: { DEFAULT_USER_ROLE: 'user' } });
    people.admin = await app.person('Admin');
    people.owner = await app.person('Owner');
    people.other = await app.person('Other');
    people.pending = await app.person('Pending', 'pending');
    people.demoted = await app.person('Demoted', 'admin');
    await people.admin.patch(`/admin/users/${people.demoted.user.id}`, { role: 'user' }).expect(200);
    people.anonymous = app.stranger();
    await people.admin.patch('/admin/settings', { communitySharing: true }).expect(200);
  });
  afterAll(() => app.end());

  const createOwned = async (person: Person): Promise<OwnedIds> => {
    const chat = (await person.post('/chats', { title: 'Private chat' }).expect(201)).body as {
      id: string;
    };
    const sent = await person
      .post(`/chats/${chat.id}/messages`, { content: 'A secret question' })
      .expect(201);
    await person.post(`/chats/${chat.id}/stop`).expect(202);
    const link = (await person.put(`/chats/${chat.id}/share`, {}).expect(201)).body as { id: string };
    return { chat: chat.id, message: (sent.body as { question: { id: string } }).question.id, link: link.id };
  };

  const connectionId = async () => {
    const body = { name: 'Local', baseUrl: 'http://127.0.0.1:1/v1', enabled: false };
    return ((await people.admin.post('/admin/connections', body).expect(201)).body as { id: string }).id;
  };

  const send = (person: Person, endpoint: Endpoint, { body, query }: Case, ids: Record<string, string>) => {
    const fill = (text: string) => text.replace(/:(\w+)/g, (_, name: string) => ids[name] ?? 'missing');
    const path = apiPrefix + fill(endpoint.path) + (query ? `?${fill(query)}` : '');
    const method = endpoint.method.toLowerCase() as 'get';
    const fillValue = (_key: string, value: unknown) => (typeof value === 'string' ? fill(value) : value);
    const filledBody = body && (JSON.parse(JSON.stringify(body), fillValue) as object);
    return person.agent[method](path).send(endpoint.method === 'GET' ? undefined : filledBody);
  };

  const idsFor = async (about: Subject, owner: Person): Promise<Record<string, string>> => {
    if (about === 'nothing') return {};
    if (about === 'user') return { id: people.other.user.id };
    if (about === 'invitedUser') return { id: (await invite(people.admin, `Invited${++invited}`)).user.id };
    if (about === 'connection') return { id: await connectionId() };
    const owned = await createOwned(owner);
    if (about === 'chat' || about === 'message') return { id: owned.chat, messageId: owned.message };
    if (about === 'revokedLink') await owner.delete(`/shared-links/${owned.link}`).expect(204);
    return { id: owned.link };
  };

  const table = Object.entries(cases).map(([name, each]) => ({ name: name as keyof typeof endpoints, each }));

  test('every endpoint is mounted with the access the table names', () => {
    const mounted = Object.fromEntries(
      app.mounted.map(({ endpoint, access }) => [`${endpoint.method} ${endpoint.path}`, access]),
    );
    const expected = Object.fromEntries(
      table.map(({ name, each }) => [`${endpoints[name].method} ${endpoints[name].path}`, each.access]),
    );
    expect(mounted).toEqual(expected);
  });

  describe.each(table)('$name', ({ name, each }) => {
    const endpoint: Endpoint = endpoints[name];
    const isPrivate = ['chat', 'message', 'link', 'revokedLink'].includes(each.about);
    const missingStatus = each.missing ?? 404;

    if (each.access !== 'anyone') {
      test('strangers get the same 401 for existing and missing resources', async () => {
        const real = await send(people.anonymous, endpoint, each, await idsFor(each.about, people.owner));
        const missing = await send(people.anonymous, endpoint, each, {});
        expect(real.status).toBe(401);
        expect(textOf(missing)).toBe(textOf(real));
      });
    }

    if (each.access === 'anyone') {
      test('strangers may use it', async () => {
        expect(each.ok).toContain((await send(app.stranger(), endpoint, each, {})).status);
      });
    }

    if (each.access === 'signedIn') {
      test('pending accounts may use it', async () => {
        expect(each.ok).toContain((await send(people.pending, endpoint, each, {})).status);
      });
    }

    if (each.access === 'member' || each.access === 'admin') {
      test('pending accounts get the same 403 for existing and missing resources', async () => {
        const real = await send(people.pending, endpoint, each, await idsFor(each.about, people.owner));
        const missing = await send(people.pending, endpoint, each, {});
        expect([real.status, (real.body as { error: { code: string } }).error.code]).toEqual([
          403,
          'pending',
        ]);
        expect(textOf(missing)).toBe(textOf(real));
      });
    }

    if (each.access === 'admin') {
      test.each([
        ['a member', 'owner'],
        ['a former admin', 'demoted'],
      ] as const)('%s gets 403', async (_label, who) => {
        const response = await send(people[who], endpoint, each, await idsFor(each.about, people.owner));
        expect(response.status).toBe(403);
      });
      test('an admin gets a success response', async () => {
        const response = await send(people.admin, endpoint, each, await idsFor(each.about, people.owner));
        expect(each.ok).toContain(response.status);
      });
    }

    if (each.access === 'member' && each.about !== 'nothing') {
      test(`a missing resource gets ${missingStatus}`, async () => {
        expect((await send(people.owner, endpoint, each, {})).status).toBe(missingStatus);
      });
    }

    if (isPrivate) {
      test.each([
        ['another member', 'other'],
        ['an admin', 'admin'],
        ['a former admin', 'demoted'],
      ] as const)('%s gets the same response as for a missing resource', async (_label, who) => {
        const ids = await idsFor(each.about, people.owner);
        const theirs = await send(people[who], endpoint, each, ids);
        const missing = await send(people[who], endpoint, each, {});
        expect(theirs.status).toBe(missingStatus);
        expect(textOf(theirs)).toBe(textOf(missing));
      });
    }

    if (each.about === 'message') {
      test('a message of another chat gets 404', async () => {
        const mine = await createOwned(people.other);
        const theirs = await createOwned(people.owner);
        const ids = { id: mine.chat, messageId: theirs.message };
        expect((await send(people.other, endpoint, each, ids)).status).toBe(404);
      });
    }

    if (each.access === 'member') {
      test('the owner gets a success response', async () => {
        const response = await send(people.owner, endpoint, each, await idsFor(each.about, people.owner));
        expect(each.ok).toContain(response.status);
        if (each.about === 'nothing') return;
        const missing = await send(people.owner, endpoint, each, {});
        expect(textOf(response)).not.toBe(textOf(missing));
      });
    }

    if (each.about === 'sharedPage') {
      test('every member gets a success response', async () => {
        const response = await send(people.other, endpoint, each, await idsFor(each.about, people.owner));
        expect(each.ok).toContain(response.status);
      });
    }
  });

  describe('socket events', () => {
    const payloads: Record<ClientEvent, (owned: OwnedIds) => object> = {
      'chat:watch': ({ chat }) => ({ chatId: chat }),
      'chat:unwatch': ({ chat }) => ({ chatId: chat }),
      'share:watch': ({ link }) => ({ id: link }),
      'share:unwatch': ({ link }) => ({ id: link }),
      'message:resume': ({ message }) => ({ messageId: message, offset: 0 }),
    };
    const nothing: OwnedIds = { chat: 'missing', message: 'missing', link: 'missing' };
    const withoutEffect: ClientEvent[] = ['chat:unwatch', 'share:unwatch'];
    const forEveryMember: ClientEvent[] = ['share:watch'];

    test.each(Object.keys(clientEvents) as ClientEvent[])(
      '%s follows the same policies as HTTP',
      async (event) => {
        const owned = await createOwned(people.owner);
        const ask = async (person: Person, subject: OwnedIds) => {
          const socket = await person.connect();
          const reply = await socket.request(event, payloads[event](subject) as never);
          socket.close();
          return reply;
        };
        expect(await ask(people.owner, owned)).toMatchObject({ ok: true });
        const missing = await ask(people.other, nothing);
        const theirs = await ask(people.other, owned);
        if (withoutEffect.includes(event)) return;
        expect(missing).toMatchObject({ ok: false, error: { code: 'not_found' } });
        if (forEveryMember.includes(event)) expect(theirs).toMatchObject({ ok: true });
        else {
          expect(theirs).toEqual(missing);
          expect(await ask(people.admin, owned)).toEqual(missing);
        }
      },
    );

    test('an invalid payload is refused, and the socket remains open', async () => {
      const socket = await people.owner.connect();
      for (const payload of [undefined, null, 7, [], { chatId: 7 }, { chatId: 'x'.repeat(1_000) }]) {
        const reply = await socket.request('chat:watch', payload as never);
        expect(reply).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
      }
      expect(socket.raw.connected).toBe(true);
      socket.close();
    });
  });
});
