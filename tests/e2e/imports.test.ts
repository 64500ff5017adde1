import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.ts';
import { hasBrowser, picture, signUp, TestBrowser, type Visitor } from '../support/browser.ts';

const inBrowser = hasBrowser ? describe : describe.skip;
/** Real conversations, beside the repository; skipped where they are missing. */
const data = path.resolve('../shared/data/conversations');
const withData = existsSync(data) ? test : test.skip;

inBrowser('importing chats', () => {
  let app: TestApp;
  let browser: TestBrowser;
  let ann: Visitor;

  beforeAll(async () => {
    app = await createTestApp();
    browser = await TestBrowser.launch();
    ann = await browser.visitor();
    await signUp(ann, app.url, 'Ann');
  });
  afterAll(async () => {
    await browser.close();
    await app.end();
  });
  afterEach(() => expect(browser.complaints()).toEqual([]));

  const openImport = async () => {
    await ann.page.goto(app.url);
    await ann.page.getByRole('button', { name: /^Account/ }).click();
    await ann.page.getByRole('menuitem', { name: 'Settings' }).click();
    await ann.page.getByRole('tab', { name: 'Data' }).click();
    return ann.page.getByRole('dialog', { name: 'Settings' });
  };
  const choose = (file: string | { name: string; mimeType: string; buffer: Buffer }) =>
    ann.page.locator('input[type=file]').setInputFiles(file);

  test('a file that is no export says why', async () => {
    const dialog = await openImport();
    await choose({
      name: 'broken.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"not": "an export"}'),
    });
    await dialog
      .getByText(/could not be read|not an export|No chats/i)
      .first()
      .waitFor();
    await picture(ann, 'import-failed');
  });

  withData(
    'the real conversations come in whole from both products, and a second time add nothing',
    async () => {
      for (const file of ['openwebui-export.json', 'chatgpt-conversations.json']) {
        const first = await openImport();
        await choose(path.join(data, file));
        await first.getByText('100 chats imported').waitFor();
        const second = await openImport();
        await choose(path.join(data, file));
        await second.getByText('100 were here already').waitFor();
        await picture(ann, 'import-again');
      }
      const { store } = app.platform;
      expect(await store.db.$count(store.t.chats)).toBe(200);
      expect(await store.db.$count(store.t.messages)).toBe(2 * 1_167);
    },
  );

  withData('a branch of an imported chat is walked with the arrows, and remembered', async () => {
    await ann.page.goto(app.url);
    await ann.page.getByRole('textbox', { name: 'Search chats' }).fill('401k');
    await ann.page.getByRole('link', { name: /401k/ }).first().click();
    const version = ann.page.getByText(/^\d+\/\d+$/).first();
    await version.waitFor();
    const [at, of] = (await version.textContent())!.split('/').map(Number);
    const forward = at! < of!;
    const arrow = ann.page.getByRole('button', { name: forward ? 'Next version' : 'Previous version' });
    await arrow.first().click();
    const expected = `${forward ? at! + 1 : at! - 1}/${of}`;
    await ann.page.getByText(expected, { exact: true }).first().waitFor();
    await ann.page.reload();
    await ann.page.getByText(expected, { exact: true }).first().waitFor();
    await picture(ann, 'branches');
  });
});
