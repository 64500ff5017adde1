import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ChatWithBranch } from '#shared/chats';
import type { SharedLink } from '#shared/sharing';
import supertest from 'supertest';
import { runCommand, startCommand } from '../support/commandProcess.ts';
import { createFilledSqlite, createFolder } from '../support/copying.ts';
import { Person } from '../support/person.ts';
import { createDatabase } from '../support/postgresServer.ts';
import { startServer, whenBuilt, type ServerProcess } from '../support/serverProcess.ts';

let folder: string;
let end: () => void;
let servers: ServerProcess[];

beforeEach(() => {
  ({ folder, end } = createFolder());
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop('SIGKILL');
  end();
});

const data = (name: string) => path.join(folder, name);
const start = async (name: string, more: Record<string, string> = {}) => {
  const server = await startServer({ DATA_DIR: data(name), ...more });
  servers.push(server);
  return server;
};
const visit = ({ url }: ServerProcess) => new Person(url, supertest.agent(url));

/** A person of a running instance who has shared a chat. */
async function shareOneChat(server: ServerProcess) {
  const ann = visit(server);
  await ann.signUp('Ann');
  const { id } = (await ann.post('/chats', {}).expect(201)).body as ChatWithBranch;
  const socket = await ann.connect();
  await socket.request('chat:watch', { chatId: id });
  await ann.post(`/chats/${id}/messages`, { content: 'A question to keep' }).expect(201);
  await socket.waitFor(
    'message:updated',
    ({ message }) => message.role === 'assistant' && message.status === 'complete',
  );
  socket.close();
  const link = (await ann.put(`/chats/${id}/share`, {}).expect(201)).body as SharedLink;
  return { ann, chatId: id, link };
}

/** Signs Ann in and checks that her chat and her link are there. */
async function expectEverything(
  server: ServerProcess,
  { chatId, link }: { chatId: string; link: SharedLink },
) {
  const ann = visit(server);
  await ann.signIn('ann@example.org');
  const chat = (await ann.get(`/chats/${chatId}`).expect(200)).body as ChatWithBranch;
  expect(chat.messages[0]!.content).toBe('A question to keep');
  const shared = (await ann.get(`/shared/${link.id}`).expect(200)).body as { messages: unknown[] };
  expect(shared.messages).toHaveLength(2);
  const found = (await ann.get('/chats?query=question').expect(200)).body as { items: { id: string }[] };
  expect(found.items.map(({ id }) => id)).toContain(chatId);
}

whenBuilt('moving house', () => {
  test('an instance that is backed up while it is written to lives on in another folder', async () => {
    const server = await start('old');
    const shared = await shareOneChat(server);
    let writing = true;
    let written = 0;
    const write = async () => {
      while (writing) {
        await shared.ann.post('/chats', {}).expect(201);
        written++;
      }
    };
    const writer = write();
    const backup = await runCommand('backup', ['--to', data('backups')], { DATA_DIR: data('old') });
    const writtenMeanwhile = written;
    writing = false;
    await writer;
    expect(backup).toMatchObject({ code: 0, errors: '' });
    expect(writtenMeanwhile).toBeGreaterThan(0);

    const [file] = readdirSync(data('backups')).filter((name) => name.endsWith('.db'));
    const args = [path.join(data('backups'), file!)];
    const running = await runCommand('restore', args, { DATA_DIR: data('old') });
    expect(running).toMatchObject({ code: 1, errors: expect.stringMatching(/is in use. Stop the server/) });

    const restored = await runCommand('restore', args, { DATA_DIR: data('new') });
    expect(restored).toMatchObject({ code: 0, output: expect.stringMatching(/Everyone signs in again/) });
    expect(statSync(path.join(data('new'), 'parley.db')).mode & 0o777).toBe(0o600);
    await expectEverything(await start('new'), shared);

    // A killed server holds no lock.
    await server.stop('SIGKILL');
    expect(await runCommand('restore', args, { DATA_DIR: data('old') })).toMatchObject({ code: 0 });
  });

  test('a backup that is killed leaves nothing that looks whole', async () => {
    const file = path.join(data('big'), 'parley.db');
    await createFilledSqlite(file, { largeBytes: 100 });
    const handle = new Database(file);
    const insert = handle.prepare(
      "insert into settings (key, value, updated_at) values (?, '\"' || hex(randomblob(1000000)) || '\"', 1)",
    );
    for (let i = 0; i < 60; i++) insert.run(`large ${i}`);
    handle.close();
    const { child, ended } = startCommand('backup', ['--to', data('backups')], { DATA_DIR: data('big') });
    const names = () => (existsSync(data('backups')) ? readdirSync(data('backups')) : []);
    while (!names().some((name) => name.endsWith('.unfinished'))) await pause(1);
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
    expect(names().filter((name) => name.endsWith('.db'))).toEqual([]);
  });

  test('a copy that is killed continues, and the instance runs on what it made', async () => {
    const server = await start('old');
    const shared = await shareOneChat(server);
    const source = path.join(data('old'), 'parley.db');
    const warned = await runCommand('dbCopy', [
      '--from',
      `sqlite:${source}`,
      '--to',
      `sqlite:${data('x.db')}`,
    ]);
    expect(warned).toMatchObject({
      code: 0,
      errors: expect.stringMatching(/another program has the source open/),
    });
    await server.stop('SIGTERM');

    const rows = 20_000;
    const handle = new Database(source);
    handle.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows})
      insert into messages (id, chat_id, role, content, status, created_at)
      select 'filler-' || i, '${shared.chatId}', 'user', 'Filler ' || i, 'complete', 1 from n`);
    handle.close();
    const target = path.join(data('new'), 'parley.db');
    const args = ['--from', `sqlite:${source}`, '--to', `sqlite:${target}`, '--json'];
    const { child, ended, wrote } = startCommand('dbCopy', args);
    await wrote(/chats: .* rows copied/);
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
    expect(readdirSync(data('new')).some((name) => name === 'parley.db')).toBe(false);

    const again = await runCommand('dbCopy', args);
    expect(again).toMatchObject({ code: 0 });
    const result = JSON.parse(again.output) as { resumed: boolean; tables: { name: string; rows: number }[] };
    expect(result.resumed).toBe(true);
    expect(result.tables.find(({ name }) => name === 'messages')!.rows).toBe(rows + 2);
    expect(readdirSync(data('new'))).toEqual(['parley.db']);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    await expectEverything(await start('new'), shared);

    const refused = await runCommand('dbCopy', args);
    expect(refused).toMatchObject({ code: 1, errors: expect.stringMatching(/exists already/) });
  });

  const onPostgres = process.env.PG_URL ? test : test.skip;
  onPostgres(
    'an instance moves from SQLite to PostgreSQL, which starts only when the copy is whole',
    async () => {
      const server = await start('old');
      const shared = await shareOneChat(server);
      await server.stop('SIGTERM');
      const { url, drop } = await createDatabase(process.env.PG_URL!);
      const source = path.join(data('old'), 'parley.db');
      const handle = new Database(source);
      handle.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 8000)
      insert into messages (id, chat_id, role, content, status, created_at)
      select 'filler-' || i, '${shared.chatId}', 'user', 'Filler ' || i, 'complete', 1 from n`);
      handle.close();
      const args = ['--from', `sqlite:${source}`, '--to', url];
      const { child, ended, wrote } = startCommand('dbCopy', args);
      await wrote(/chats: .* rows copied/);
      child.kill('SIGKILL');
      await ended;
      const secret = { DATABASE_URL: url };
      await expect(start('old', secret)).rejects.toThrow(/holds an unfinished copy/);
      expect(await runCommand('dbCopy', args)).toMatchObject({ code: 0 });
      const moved = await start('old', secret);
      await expectEverything(moved, shared);
      await moved.stop('SIGTERM');
      const back = await runCommand('dbCopy', ['--from', url, '--to', `sqlite:${data('back.db')}`]);
      expect(back).toMatchObject({ code: 0 });
      await drop();
    },
  );

  test('the doctor finds a running instance well, and says so for scripts', async () => {
    const server = await start('old');
    const env = { DATA_DIR: data('old'), HOST: '127.0.0.1', PORT: new URL(server.url).port };
    await shareOneChat(server);
    const { code, output } = await runCommand('doctor', ['--json'], env);
    const findings = JSON.parse(output) as { check: string; state: string; text: string }[];
    expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
    expect(findings.find(({ check }) => check === 'Port')).toMatchObject({
      state: 'ok',
      text: expect.stringContaining('ready'),
    });
    expect(code).toBe(0);
  });

  test('the doctor ends with 1 when there are faults, and shows no password', async () => {
    const env = { DATA_DIR: folder, DATABASE_URL: 'postgres://parley:hidden-word@127.0.0.1:1/parley' };
    const { code, output, errors } = await runCommand('doctor', [], env);
    expect(code).toBe(1);
    expect(output).toMatch(/^✗ Database: Cannot connect to postgres:\/\/parley@127\.0\.0\.1:1/m);
    expect(output + errors).not.toContain('hidden-word');
    const invalid = await runCommand('doctor', [], { PORT: 'many' });
    expect(invalid).toMatchObject({ code: 1, output: expect.stringMatching(/^✗ Environment: .*PORT/ms) });
  });

  test.each([
    ['backup', ['--keep', '0'], /--keep must be a whole number from 1/],
    ['backup', ['--keeep', '1'], /--keeep/],
    ['restore', [], /Name exactly one file/],
    ['dbCopy', ['--from', 'data/parley.db'], /--from must be sqlite:FILE or postgres/],
    ['doctor', ['now'], /Unexpected argument: now/],
  ])('%s %j is refused with its usage and exit code 2', async (name, args, message) => {
    const { code, errors } = await runCommand(name, args, { DATA_DIR: folder });
    expect([code, errors]).toEqual([2, expect.stringMatching(message)]);
    expect(errors).toMatch(/Exit code: 0/);
  });

  test.each(['backup', 'restore'])('%s on PostgreSQL prints the command of its own tools', async (name) => {
    const env = { DATABASE_URL: 'postgres://parley:hidden-word@db.example.org/parley' };
    const { code, errors } = await runCommand(name, name === 'restore' ? ['file'] : [], env);
    expect(code).toBe(2);
    expect(errors).toMatch(/pg_(dump|restore) .*--dbname='postgres:\/\/parley@db\.example\.org\/parley'/);
    expect(errors).not.toContain('hidden-word');
  });
});
