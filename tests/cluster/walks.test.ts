import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Chat } from '#shared/chats';
import type { SessionInfo } from '#shared/auth';
import { onSeveralNodes } from '../support/cluster/programs.ts';
import { TestCluster } from '../support/cluster/testCluster.ts';
import { eventually } from '../support/eventually.ts';
import { openWebuiChat } from '../support/imports/conversations.ts';
import { startUpload } from '../support/imports/uploading.ts';
import { ask } from '../support/modelFixture.ts';
import { startModelServer } from '../support/modelServer.ts';
import { password, type Person } from '../support/person.ts';

onSeveralNodes('on two nodes', () => {
  let cluster: TestCluster;
  let admin: Person;
  beforeAll(async () => {
    cluster = await TestCluster.start();
    admin = await cluster.person('Admin');
  });
  afterAll(() => cluster?.end());

  /** A new member at the first node and at the second one. */
  const member = async (name: string): Promise<[Person, Person]> => {
    const person = await cluster.person(name);
    return [person, person.at(cluster.nodes[1]!.url)];
  };

  test('a chat that is written on one node appears in a tab on the other, in the list and as text', async () => {
    const [here, there] = await member('Ann');
    const tab = await there.connect();
    const { id } = (await here.post('/chats', {}).expect(201)).body as Chat;
    await tab.waitFor('chat:updated', ({ chat }) => chat.id === id);
    expect(await tab.request('chat:watch', { chatId: id })).toMatchObject({ ok: true });
    const { messageId, question } = await ask(here, 'How do magnets work?', id);
    await tab.waitFor('message:updated', ({ message }) => message.id === question.id);
    const { message } = await tab.waitFor(
      'message:updated',
      ({ message }) => message.id === messageId && message.status === 'complete',
    );
    expect(message.content).toBe('Hello from the test model.');
    let text = '';
    for (const delta of tab.payloads('message:delta')) {
      expect(delta.offset).toBe(text.length);
      text += delta.text;
    }
    expect(text).toBe(message.content);
    await there.delete(`/chats/${id}`).expect(204);
    await tab.waitFor('chat:deleted', ({ chatId }) => chatId === id);
    await here.get(`/chats/${id}`).expect(404);
    tab.close();
  });

  test('a link that is revoked on one node leaves an open tab on the other, and is refused by both', async () => {
    const [here, there] = await member('Owner');
    const link = await cluster.share(here);
    const [reader, readerThere] = await member('Reader');
    await reader.get(`/shared/${link.id}`).expect(200);
    await readerThere.get(`/shared/${link.id}`).expect(200);
    const tabs = [await reader.connect(), await readerThere.connect()];
    for (const tab of tabs) {
      expect(await tab.request('share:watch', { id: link.id })).toMatchObject({ ok: true });
    }
    await here.delete(`/shared-links/${link.id}`).expect(204);
    await readerThere.get(`/shared/${link.id}`).expect(404);
    await reader.get(`/shared/${link.id}`).expect(404);
    for (const tab of tabs) await tab.waitFor('share:revoked', ({ id }) => id === link.id);
    await there.post(`/shared-links/${link.id}/restore`).expect(200);
    await reader.get(`/shared/${link.id}`).expect(200);
    for (const tab of tabs) tab.close();
  });

  test('an updated snapshot is announced to open tabs on the other node and served by it', async () => {
    const [here] = await member('Editor');
    const link = await cluster.share(here);
    const [reader, readerThere] = await member('Visitor');
    expect(reader.user.id).toBe(readerThere.user.id);
    const tab = await readerThere.connect();
    await tab.request('share:watch', { id: link.id });
    await here.put(`/chats/${link.chatId}/share`, { title: 'A new title' }).expect(200);
    await tab.waitFor('share:updated', ({ id }) => id === link.id);
    const page = (await readerThere.get(`/shared/${link.id}`).expect(200)).body as { title: string };
    expect(page.title).toBe('A new title');
    tab.close();
  });

  test('a removed viewer and a deactivated owner close open tabs on the other node', async () => {
    const [here] = await member('Sharer');
    const [first, second] = [await cluster.share(here), await cluster.share(here)];
    const [, readerThere] = await member('Viewer');
    const tab = await readerThere.connect();
    for (const { id } of [first, second]) await tab.request('share:watch', { id });
    await here
      .patch(`/shared-links/${first.id}`, { audience: { kind: 'restricted', userIds: [] } })
      .expect(200);
    await tab.waitFor('share:revoked', ({ id }) => id === first.id);
    await admin.patch(`/admin/users/${here.user.id}`, { active: false }).expect(200);
    await tab.waitFor('share:revoked', ({ id }) => id === second.id);
    await readerThere.get(`/shared/${second.id}`).expect(404);
    tab.close();
  });

  test('a sign-out on one node closes the tabs on the other and ends the session there', async () => {
    const [here, there] = await member('Leaver');
    const tab = await there.connect();
    const cookie = there.cookie();
    await here.post('/auth/sign-out').expect(204);
    await tab.waitUntilClosed();
    expect(tab.payloads('session:ended')).toEqual([{ reason: 'signed_out' }]);
    await cluster.stranger(cluster.nodes[1]!.url).get('/me').set('Cookie', cookie).expect(401);
  });

  test('a session that is ended from the list of another device closes its tabs on the other node', async () => {
    const [here] = await member('Traveller');
    const phone = cluster.stranger(cluster.nodes[1]!.url);
    await phone.signIn(here.user.email);
    const tab = await phone.connect();
    const { items } = (await here.get('/me/sessions').expect(200)).body as { items: SessionInfo[] };
    const other = items.find(({ current }) => !current)!;
    await here.delete(`/me/sessions/${other.id}`).expect(204);
    await tab.waitUntilClosed();
    await phone.get('/me').expect(401);
    await here.get('/me').expect(200);
  });

  test('a changed password ends the other sessions on both nodes', async () => {
    const [here, there] = await member('Careful');
    const phone = cluster.stranger(cluster.nodes[1]!.url);
    await phone.signIn(here.user.email);
    const [tab, ownTab] = [await phone.connect(), await there.connect()];
    const body = { currentPassword: password, newPassword: 'another horse battery' };
    await here.post('/me/password', body).expect(204);
    await tab.waitUntilClosed();
    await ownTab.waitUntilClosed();
    expect(ownTab.payloads('session:ended')).toEqual([{ reason: 'session_renewed' }]);
    await phone.get('/me').expect(401);
    await there.get('/me').expect(200);
  });

  test('a deactivated person is out on both nodes at once, and their answer is stopped', async () => {
    const [here, there] = await member('Former');
    cluster.models.reply = { hang: true };
    await ask(there, 'A question of a former member');
    const request = await cluster.modelRequest('A question of a former member');
    const [tab, tabThere] = [await here.connect(), await there.connect()];
    await admin.patch(`/admin/users/${here.user.id}`, { active: false }).expect(200);
    for (const person of [here, there]) await person.get('/chats').expect(401);
    await tab.waitUntilClosed();
    await tabThere.waitUntilClosed();
    await cluster.models.waitUntil(() => request.aborted);
  });

  test('a new role counts on the other node from the next request', async () => {
    const [here, there] = await member('Promoted');
    const tab = await there.connect();
    await there.get('/admin/users').expect(403);
    await admin.patch(`/admin/users/${here.user.id}`, { role: 'admin' }).expect(200);
    await there.get('/admin/users').expect(200);
    await tab.waitUntilClosed();
    expect(tab.payloads('session:ended')).toEqual([{ reason: 'role_changed' }]);
  });

  test('changed settings and connections are used by both nodes', async () => {
    const other = await startModelServer(['another-model']);
    const [, there] = await member('Watcher');
    const tab = await there.connect();
    await admin.patch('/admin/settings', { name: 'Our chat' }).expect(200);
    await tab.waitFor('config:changed');
    const nameThere = async () => ((await there.get('/config').expect(200)).body as { name: string }).name;
    await eventually(nameThere, (name) => name === 'Our chat');
    const modelsThere = async () =>
      ((await there.get('/models').expect(200)).body as { items: { id: string }[] }).items.map(
        ({ id }) => id,
      );
    expect(await modelsThere()).not.toContain('another-model');
    const connection = { name: 'Another', baseUrl: other.url };
    const { id } = (await admin.post('/admin/connections', connection).expect(201)).body as { id: string };
    await eventually(modelsThere, (ids) => ids.includes('another-model'));
    await admin.delete(`/admin/connections/${id}`).expect(204);
    await eventually(modelsThere, (ids) => !ids.includes('another-model'));
    tab.close();
    await other.close();
  });

  test('an import on one node shows its progress on the other, where no second one can start', async () => {
    const [here, there] = await member('Importer');
    const tab = await there.connect();
    const chats = Array.from({ length: 3 }, () => openWebuiChat());
    await here.post('/imports?importId=01jd0000000000000000000000', chats).expect(200);
    const isOver = ({ done, total }: { done: number; total: number | null }) => done === 3 && total === 3;
    await tab.waitFor('import:progress', isOver);
    await tab.waitFor('chats:changed');

    const [start, rest] = ['[', `${JSON.stringify(openWebuiChat())}]`];
    const upload = startUpload(here.url, here.cookie(), start);
    const second = async () => (await there.post('/imports', [openWebuiChat()])).status;
    await eventually(second, (status) => status === 409);
    const finished = await upload.finish(rest);
    expect(finished).toMatchObject({ status: 200, body: { imported: 1 } });
    await there.post('/imports', [openWebuiChat()]).expect(200);
    tab.close();
  });
});
