import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { onSeveralNodes } from '../support/cluster/programs.ts';
import { TestCluster } from '../support/cluster/testCluster.ts';
import { ask, openChat } from '../support/modelFixture.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, spawnServer } from '../support/serverProcess.ts';

onSeveralNodes('during an update', () => {
  let cluster: TestCluster;
  let newer: string;
  beforeEach(async () => {
    cluster = await TestCluster.start();
    newer = mkdtempSync(path.join(tmpdir(), 'parley-newer-'));
  });
  afterEach(async () => {
    await cluster?.end();
    rmSync(newer, { recursive: true, force: true });
  });

  /** Makes a folder like that of a newer version, with one more migration that adds a table and a column. */
  const makeNewerVersion = () => {
    cpSync('drizzle/postgres', path.join(newer, 'drizzle/postgres'), { recursive: true });
    cpSync('package.json', path.join(newer, 'package.json'));
    symlinkSync(path.resolve('dist'), path.join(newer, 'dist'));
    const journalFile = path.join(newer, 'drizzle/postgres/meta/_journal.json');
    const journal = JSON.parse(readFileSync(journalFile, 'utf8')) as { entries: Record<string, unknown>[] };
    const last = journal.entries.at(-1)!;
    const entry = { ...last, idx: Number(last.idx) + 1, when: Number(last.when) + 1_000, tag: '9999_newer' };
    writeFileSync(journalFile, JSON.stringify({ ...journal, entries: [...journal.entries, entry] }));
    const migration =
      'create table later (id text primary key);\n--> statement-breakpoint\nalter table chats add column later text;';
    writeFileSync(path.join(newer, 'drizzle/postgres/9999_newer.sql'), migration);
  };

  test('nodes of the old and the new version serve side by side, and an old one does not start again', async () => {
    const ann = await cluster.person('Ann');
    const asked = await ask(ann, 'Before the update');
    makeNewerVersion();
    expect(await cluster.nodes[1]!.stop('SIGTERM')).toBe(0);
    await cluster.startNode(1, { APP_ROOT: newer });

    const annThere = ann.at(cluster.nodes[1]!.url);
    const [tab, tabThere] = [await ann.connect(), await annThere.connect()];
    for (const each of [tab, tabThere]) await each.request('chat:watch', { chatId: asked.chatId });
    for (const [i, person] of [ann, annThere].entries()) {
      const { messageId } = await ask(person, `During the update ${i}`, asked.chatId);
      for (const each of [tab, tabThere]) {
        await each.waitFor(
          'message:updated',
          ({ message }) => message.id === messageId && message.status === 'complete',
        );
      }
      await eventually(
        async () => (await openChat(person, asked.chatId)).messages.length,
        (length) => length === 4 + 2 * i,
      );
    }
    for (const each of [tab, tabThere]) each.close();

    const old = spawnServer({ ...cluster.nodeEnv(0), PORT: String(await freePort()) });
    expect([await old.exited, old.errors()]).toEqual([
      1,
      expect.stringContaining('written by a newer version of Parley'),
    ]);
    await ann.get('/chats').expect(200);
  });
});
