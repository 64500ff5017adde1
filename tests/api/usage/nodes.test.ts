import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Api } from '#shared/api';
import type { ResponseOf } from '#shared/endpoint';
import { postHeaders, startUpload } from '../../support/imports/uploading.ts';
import { createNodesFixture, type NodesFixture, type TestNode } from '../../support/nodesFixture.ts';
import type { TestSocket } from '../../support/person.ts';

type Usage = ResponseOf<Api['GET /admin/usage']>;
/** Sockets one person can have. */
const socketsMax = 50;

describe('the limits of a person on two nodes', () => {
  let fixture: NodesFixture;
  let a: TestNode;
  let b: TestNode;
  beforeAll(async () => {
    const created = await createNodesFixture({ limited: true });
    fixture = created;
    a = created.first;
    b = await created.addNode();
  });
  afterAll(() => fixture.end());

  const usage = async () => {
    const { items, instance } = (await fixture.admin.get('/admin/usage').expect(200)).body as Usage;
    return { ben: items.find(({ id }) => id === a.ben.user.id)!, instance };
  };

  test('who imports a file on one node cannot import another one on the other', async () => {
    const upload = startUpload(a.app.url, a.ben.cookie(), '[');
    await upload.waitUntilArrived(() => readdir(path.join(a.app.dataDir, 'tmp')));
    const headers = { 'content-type': 'application/json' };
    const second = await postHeaders(b.app.url, b.ben.cookie(), headers);
    expect(second).toMatchObject({ status: 409, body: { error: { code: 'import_running' } } });
    expect((await usage()).ben.imports).toBe(1);
    await upload.finish(']');
    expect((await usage()).ben.imports).toBe(0);
  });

  test('sockets are counted on both nodes together', async () => {
    const sockets: TestSocket[] = [];
    for (let i = 0; i < socketsMax; i++) sockets.push(await (i % 2 === 0 ? a : b).ben.connect());
    const { ben, instance } = await usage();
    expect([ben.sockets, instance.sockets]).toEqual([socketsMax, socketsMax]);
    await expect(a.ben.connect()).rejects.toThrow('too_many_sockets');
    await expect(b.ben.connect()).rejects.toThrow('too_many_sockets');
    for (const socket of sockets) socket.close();
  });

  test('a node that cannot reach the others counts its own sockets', async () => {
    b.cluster.cut();
    const sockets = [await a.ben.connect(), await b.ben.connect()];
    expect((await usage()).ben.sockets).toBe(1);
    b.cluster.heal();
    expect((await usage()).ben.sockets).toBe(2);
    for (const socket of sockets) socket.close();
  });
});
