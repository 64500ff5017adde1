import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { apiPrefix, endpoints } from '#shared/api';
import type { Endpoint } from '#shared/endpoint';
import { clientEvents, type ClientEvent } from '#shared/socketEvents';
import { createTestApp, type TestApp } from '../support/app.ts';
import type { Person } from '../support/person.ts';

/**
 * Every endpoint, asked by everyone, for what is theirs, another's, and nothing at all. The table below says only
 * what an endpoint is about and what a valid request looks like; who may do what is worked out from there, so that a
 * new endpoint cannot be added without saying so here.
 */
type Subject = 'nothing' | 'chat' | 'message' | 'link' | 'sharedPage' | 'user' | 'connection';
interface Case {
  about: Subject;
  access: 'anyone' | 'signedIn' | 'member' | 'admin';
  body?: object;
  query?: string;
  /** Statuses that mean "you may, and this is what came of it". */
  fine: number[];
}

const cases: Record<keyof typeof endpoints, Case> = {
  getConfig: { about: 'nothing', access: 'anyone', fine: [200] },
  getSettings: { about: 'nothing', access: 'admin', fine: [200] },
  updateSettings: { about: 'nothing', access: 'admin', body: {}, fine: [200] },
  signUp: { about: 'nothing', access: 'anyone', body: {}, fine: [400] },
  signIn: { about: 'nothing', access: 'anyone', body: {}, fine: [400] },
  signOut: { about: 'nothing', access: 'anyone', fine: [204] },
  getMe: { about: 'nothing', access: 'signedIn', fine: [200] },
  updateMe: { about: 'nothing', access: 'signedIn', body: {}, fine: [200] },
  changePassword: {
    about: 'nothing',
    access: 'signedIn',
    body: { currentPassword: 'wrong', newPassword: 'long enough' },
    fine: [400],
  },
  listPeople: { about: 'nothing', access: 'member', fine: [200] },
  listUsers: { about: 'nothing', access: 'admin', fine: [200] },
  updateUser: { about: 'user', access: 'admin', body: {}, fine: [200] },
  listModels: { about: 'nothing', access: 'member', fine: [200] },
  listConnections: { about: 'nothing', access: 'admin', fine: [200] },
  createConnection: { about: 'nothing', access: 'admin', body: {}, fine: [400] },
  updateConnection: { about: 'connection', access: 'admin', body: {}, fine: [200] },
  deleteConnection: { about: 'connection', access: 'admin', fine: [204] },
  testConnection: { about: 'nothing', access: 'admin', body: {}, fine: [400] },
  listChats: { about: 'nothing', access: 'member', fine: [200] },
  createChat: { about: 'nothing', access: 'member', body: {}, fine: [201] },
  getChat: { about: 'chat', access: 'member', fine: [200] },
  updateChat: { about: 'chat', access: 'member', body: { title: 'Renamed' }, fine: [200] },
  deleteChat: { about: 'chat', access: 'member', fine: [204] },
  exportChat: { about: 'chat', access: 'member', fine: [200] },
  listEarlierMessages: { about: 'message', access: 'member', query: 'before=:messageId', fine: [200] },
  sendMessage: { about: 'chat', access: 'member', body: { content: 'Hello' }, fine: [201] },
  regenerate: { about: 'message', access: 'member', body: {}, fine: [201] },
  continueMessage: { about: 'message', access: 'member', fine: [422] },
  editMessage: { about: 'message', access: 'member', body: { content: 'Changed' }, fine: [200] },
  deleteMessage: { about: 'message', access: 'member', fine: [200] },
  stopGeneration: { about: 'chat', access: 'member', fine: [202] },
  getShare: { about: 'chat', access: 'member', fine: [200] },
  previewShare: { about: 'chat', access: 'member', fine: [200] },
  publishShare: { about: 'chat', access: 'member', body: {}, fine: [200, 201] },
  revokeShare: { about: 'chat', access: 'member', fine: [204] },
  listLinks: { about: 'nothing', access: 'member', fine: [200] },
  updateLink: { about: 'link', access: 'member', body: { title: 'Renamed' }, fine: [200] },
  revokeLink: { about: 'link', access: 'member', fine: [204] },
  // There is nothing to restore: the refusal is the same as for everyone, and that is what is asked here.
  restoreLink: { about: 'link', access: 'member', fine: [404] },
  revokeLinks: { about: 'nothing', access: 'member', body: { ids: ['none'] }, fine: [200] },
  restoreLinks: { about: 'nothing', access: 'member', body: { ids: ['none'] }, fine: [200] },
  readSharedChat: { about: 'sharedPage', access: 'member', fine: [200] },
  continueSharedChat: { about: 'sharedPage', access: 'member', fine: [201] },
  shareToCommunity: { about: 'chat', access: 'member', fine: [200] },
  importChats: { about: 'nothing', access: 'member', fine: [400, 415, 422] },
  exportChats: { about: 'nothing', access: 'member', fine: [200] },
};

/** What one person has: made anew for every request, so that none is spent by another. */
interface Belongings {
  chat: string;
  message: string;
  link: string;
}

describe('who may do what', () => {
  let app: TestApp;
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

  const belongingsOf = async (person: Person): Promise<Belongings> => {
    const chat = (await person.post('/chats', { title: 'Private matter' }).expect(201)).body as {
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
    return person.agent[method](path).send(endpoint.method === 'GET' ? undefined : body);
  };

  const idsFor = async (about: Subject, of: Person): Promise<Record<string, string>> => {
    if (about === 'nothing') return {};
    if (about === 'user') return { id: people.other.user.id };
    if (about === 'connection') return { id: await connectionId() };
    const has = await belongingsOf(of);
    return about === 'link' || about === 'sharedPage'
      ? { id: has.link }
      : { id: has.chat, messageId: has.message };
  };

  const table = Object.entries(cases).map(([name, each]) => ({ name: name as keyof typeof endpoints, each }));

  test('every endpoint is mounted for exactly those the table names', () => {
    const mounted = Object.fromEntries(
      app.mounted.map(({ endpoint, access }) => [`${endpoint.method} ${endpoint.path}`, access]),
    );
    const wanted = Object.fromEntries(
      table.map(({ name, each }) => [`${endpoints[name].method} ${endpoints[name].path}`, each.access]),
    );
    expect(mounted).toEqual(wanted);
  });

  describe.each(table)('$name', ({ name, each }) => {
    const endpoint: Endpoint = endpoints[name];
    const secret = ['chat', 'message', 'link'].includes(each.about);

    if (each.access !== 'anyone') {
      test('answers strangers with one and the same 401', async () => {
        const real = await send(people.anonymous, endpoint, each, await idsFor(each.about, people.owner));
        const missing = await send(people.anonymous, endpoint, each, {});
        expect(real.status).toBe(401);
        expect(missing.text).toBe(real.text);
      });
    }

    if (each.access === 'member' || each.access === 'admin') {
      test('tells those who wait for approval nothing else', async () => {
        const real = await send(people.pending, endpoint, each, await idsFor(each.about, people.owner));
        const missing = await send(people.pending, endpoint, each, {});
        expect([real.status, (real.body as { error: { code: string } }).error.code]).toEqual([
          403,
          'pending',
        ]);
        expect(missing.text).toBe(real.text);
      });
    }

    if (each.access === 'admin') {
      test.each(['owner', 'demoted'] as const)('refuses the %s, who is no admin', async (who) => {
        const answer = await send(people[who], endpoint, each, await idsFor(each.about, people.owner));
        expect(answer.status).toBe(403);
      });
      test('lets the admin', async () => {
        const answer = await send(people.admin, endpoint, each, await idsFor(each.about, people.owner));
        expect(each.fine).toContain(answer.status);
      });
    }

    if (each.access === 'member' && each.about !== 'nothing') {
      test('answers for what does not exist with 404', async () => {
        expect((await send(people.owner, endpoint, each, {})).status).toBe(404);
      });
    }

    if (secret) {
      test.each(['other', 'admin', 'demoted'] as const)(
        'answers the %s as if what is the owner’s did not exist',
        async (who) => {
          const ids = await idsFor(each.about, people.owner);
          const theirs = await send(people[who], endpoint, each, ids);
          const missing = await send(people[who], endpoint, each, {});
          expect(theirs.status).toBe(404);
          expect(theirs.text).toBe(missing.text);
        },
      );
    }

    if (each.about === 'message') {
      test('does not take a message of another chat for one of this', async () => {
        const mine = await belongingsOf(people.other);
        const theirs = await belongingsOf(people.owner);
        const ids = { id: mine.chat, messageId: theirs.message };
        expect((await send(people.other, endpoint, each, ids)).status).toBe(404);
      });
    }

    if (each.access === 'member') {
      test('lets the owner', async () => {
        const answer = await send(people.owner, endpoint, each, await idsFor(each.about, people.owner));
        expect(each.fine).toContain(answer.status);
      });
    }

    if (each.about === 'sharedPage') {
      test('lets every member', async () => {
        const answer = await send(people.other, endpoint, each, await idsFor(each.about, people.owner));
        expect(each.fine).toContain(answer.status);
      });
    }
  });

  describe('socket events', () => {
    const payloads: Record<ClientEvent, (has: Belongings) => object> = {
      'chat:watch': ({ chat }) => ({ chatId: chat }),
      'chat:unwatch': ({ chat }) => ({ chatId: chat }),
      'share:watch': ({ link }) => ({ id: link }),
      'share:unwatch': ({ link }) => ({ id: link }),
      'message:resume': ({ message }) => ({ messageId: message, offset: 0 }),
    };
    const nothing: Belongings = { chat: 'missing', message: 'missing', link: 'missing' };
    const harmless: ClientEvent[] = ['chat:unwatch', 'share:unwatch'];
    const forEveryMember: ClientEvent[] = ['share:watch'];

    test.each(Object.keys(clientEvents) as ClientEvent[])(
      '%s obeys the same policies as HTTP',
      async (event) => {
        const has = await belongingsOf(people.owner);
        const ask = async (person: Person, about: Belongings) => {
          const socket = await person.connect();
          const answer = await socket.ask(event, payloads[event](about) as never);
          socket.close();
          return answer;
        };
        expect(await ask(people.owner, has)).toMatchObject({ ok: true });
        const missing = await ask(people.other, nothing);
        const theirs = await ask(people.other, has);
        if (harmless.includes(event)) return;
        expect(missing).toMatchObject({ ok: false, error: { code: 'not_found' } });
        if (forEveryMember.includes(event)) expect(theirs).toMatchObject({ ok: true });
        else {
          expect(theirs).toEqual(missing);
          expect(await ask(people.admin, has)).toEqual(missing);
        }
      },
    );

    test('a payload that does not fit is refused, and the socket stays open', async () => {
      const socket = await people.owner.connect();
      for (const payload of [undefined, null, 7, [], { chatId: 7 }, { chatId: 'x'.repeat(1_000) }]) {
        const answer = await socket.ask('chat:watch', payload as never);
        expect(answer).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
      }
      expect(socket.raw.connected).toBe(true);
      socket.close();
    });
  });
});
