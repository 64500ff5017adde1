import path from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { screenshot, signUp, type Visitor } from '../support/browser.ts';
import { browserFixture, inBrowser } from '../support/browserFixture.ts';
import { missingDataHint, testDataFolder } from '../support/testData.ts';

/** Folder of real exports. */
const conversations = testDataFolder('conversations');
/** Defines a test that is skipped when the exports are missing. */
const testWithExports = (title: string, run: () => Promise<void>) =>
  conversations ? test(title, run) : test.skip(`${title} (${missingDataHint})`, run);
const openWebUiExport = 'openwebui-export.json';
const chatGptExport = 'chatgpt-conversations.json';

inBrowser('importing chats', () => {
  const fixture = browserFixture();
  let ann: Visitor;

  beforeEach(async () => {
    ann = await fixture.browser.visitor();
    await signUp(ann, fixture.app.url, 'Ann');
  });

  const openDataSettings = async () => {
    await ann.page.goto(fixture.app.url);
    await ann.page.getByRole('button', { name: /^Account/ }).click();
    await ann.page.getByRole('menuitem', { name: 'Settings' }).click();
    await ann.page.getByRole('tab', { name: 'Data' }).click();
    return ann.page.getByRole('dialog', { name: 'Settings' });
  };
  const chooseFile = (file: string | { name: string; mimeType: string; buffer: Buffer }) =>
    ann.page.locator('input[type=file]').setInputFiles(file);
  const importFile = async (file: string, result: string) => {
    const dialog = await openDataSettings();
    await chooseFile(path.join(conversations!, file));
    await dialog.getByText(result).waitFor();
  };

  test('a file that is not an export shows why it was refused', async () => {
    const dialog = await openDataSettings();
    await chooseFile({
      name: 'broken.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"not": "an export"}'),
    });
    await dialog.getByText('No new chats · 1 failed').waitFor();
    const failures = dialog.getByRole('list', { name: 'Chats that failed to import' });
    expect(await failures.getByRole('listitem').count()).toBe(1);
    await screenshot(ann, 'import-failed');
  });

  testWithExports('real exports import completely, and importing them again adds nothing', async () => {
    for (const file of [openWebUiExport, chatGptExport]) {
      await importFile(file, '100 chats imported');
      await importFile(file, '100 already imported');
    }
    await screenshot(ann, 'import-again');
    const { store } = fixture.app.platform;
    expect(await store.db.$count(store.t.chats)).toBe(200);
    expect(await store.db.$count(store.t.messages)).toBe(2 * 1_167);
  });

  testWithExports('an imported chat keeps its branches, and remembers the chosen one', async () => {
    await importFile(chatGptExport, '100 chats imported');
    await ann.page.goto(fixture.app.url);
    await ann.page.getByRole('textbox', { name: 'Search chats' }).fill('401k');
    await ann.page.getByRole('link', { name: /401k/ }).first().click();
    const version = ann.page.getByText(/^\d+\/\d+$/).first();
    await version.waitFor();
    const [current, count] = (await version.textContent())!.split('/').map(Number);
    const forward = current! < count!;
    const arrow = ann.page.getByRole('button', { name: forward ? 'Next version' : 'Previous version' });
    await arrow.first().click();
    const expected = `${forward ? current! + 1 : current! - 1}/${count}`;
    await ann.page.getByText(expected, { exact: true }).first().waitFor();
    await ann.page.reload();
    await ann.page.getByText(expected, { exact: true }).first().waitFor();
    await screenshot(ann, 'branches');
  });
});
