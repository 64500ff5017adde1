import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Api } from '#shared/api';
import type { ResponseOf } from '#shared/endpoint';
import { Conversations } from '../../support/conversation.ts';
import { ask, createModelFixture, type ModelFixture } from '../../support/modelFixture.ts';
import { startUpload } from '../../support/imports/uploading.ts';
import { chunksOf } from '../../support/modelServer.ts';
import type { Person } from '../../support/person.ts';

type Usage = ResponseOf<Api['GET /admin/usage']>;

describe('the usage of an instance', () => {
  let fixture: ModelFixture;
  let admin: Person;
  let ann: Person;
  beforeAll(async () => {
    const env = { DEFAULT_USER_ROLE: 'user', STORAGE_LIMIT_MB: '2' };
    fixture = await createModelFixture({ env });
    admin = fixture.admin;
    ann = await fixture.app.person('Ann');
  });
  afterAll(() => fixture.end());

  const usage = async (query = '') => (await admin.get(`/admin/usage${query}`).expect(200)).body as Usage;
  const rowOf = ({ items }: Usage, { user }: Person) => items.find(({ id }) => id === user.id)!;

  test('members cannot read it', async () => {
    await ann.get('/admin/usage').expect(403);
  });

  test('people are listed by their storage, a page at a time, without their content', async () => {
    const { app } = fixture;
    const conversations = new Conversations(app.platform);
    const people = [await app.person('Small'), await app.person('Large'), await app.person('Middle')];
    const sizes = [1_000, 3_000_000, 20_000];
    for (const [i, person] of people.entries()) {
      const turns = [{ content: 'secret '.repeat(sizes[i]! / 7) }];
      await conversations.create(person.user.id, { title: 'A secret title', turns });
    }
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Usage = await usage(`?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      expect(JSON.stringify(page)).not.toMatch(/secret/i);
      names.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor);
    expect(names.slice(0, 3)).toEqual(['Large', 'Middle', 'Small']);
    expect([...names].sort()).toEqual([...new Set(names)].sort());
    const { instance, limits } = await usage();
    expect(instance).toMatchObject({ storageLimitBytes: null, uncountedChats: 0 });
    expect(instance.storageBytes).toBeGreaterThan(3_020_000);
    expect(limits).toMatchObject({ storageBytes: 2_000_000, runningAnswers: 8, imports: 1 });
  });

  test('a cursor of another list is refused', async () => {
    await admin.get('/admin/usage?cursor=bm9wZQ').expect(400);
  });

  test('it shows running answers, sockets and imports', async () => {
    const before = (await usage()).instance;
    fixture.server.reply = { chunks: chunksOf('One, two.'), pauseAfter: 2 };
    await ask(ann, 'Count');
    const tab = await ann.connect();
    const upload = startUpload(fixture.app.url, ann.cookie(), '[');
    await upload.waitUntilArrived(() => readdir(path.join(fixture.app.dataDir, 'tmp')));
    const during = await usage();
    expect(rowOf(during, ann)).toMatchObject({ runningAnswers: 1, sockets: 1, imports: 1 });
    expect(during.instance).toMatchObject({
      runningAnswers: before.runningAnswers + 1,
      sockets: before.sockets + 1,
      imports: before.imports + 1,
    });
    tab.close();
    await upload.finish(']');
    expect(rowOf(await usage(), ann)).toMatchObject({ sockets: 0, imports: 0 });
  });

  test('deleted people who left nothing are not listed', async () => {
    const gone = await fixture.app.person('Gone');
    await admin.delete(`/admin/users/${gone.user.id}`).send({ chats: 'delete' }).expect(204);
    expect(rowOf(await usage('?limit=100'), gone)).toBeUndefined();
  });
});
