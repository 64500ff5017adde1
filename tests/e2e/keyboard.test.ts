import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.ts';
import { emailOf, hasBrowser, picture, TestBrowser, type Visitor } from '../support/browser.ts';
import { password } from '../support/person.ts';

const inBrowser = hasBrowser ? describe : describe.skip;

/** More stops than any screen has: whoever tabs longer than this never gets there. */
const stopsAtMost = 60;

inBrowser('by keyboard alone', () => {
  let app: TestApp;
  let browser: TestBrowser;
  let ann: Visitor;

  beforeAll(async () => {
    app = await createTestApp({ modelTuning: { demoTokensPerSecond: 5_000 } });
    browser = await TestBrowser.launch();
    ann = await browser.visitor({ permissions: ['clipboard-read', 'clipboard-write'] });
  });
  afterAll(async () => {
    await browser.close();
    await app.end();
  });
  afterEach(() => expect(browser.complaints()).toEqual([]));

  const press = (key: string) => ann.page.keyboard.press(key);
  const type = (text: string) => ann.page.keyboard.type(text);

  /** Tabs on until the focus is on what has this name, and sees that the focus shows. */
  const tabTo = async (name: string | RegExp, backwards = false) => {
    const target = ann.page
      .getByRole('button', { name, exact: true })
      .or(ann.page.getByRole('textbox', { name, exact: true }))
      .or(ann.page.getByRole('link', { name, exact: true }))
      .or(ann.page.getByRole('tab', { name, exact: true }))
      .first();
    await target.waitFor();
    for (let stop = 0; stop < stopsAtMost; stop++) {
      const reached = await target.evaluate((element) => {
        const { activeElement } = document;
        return activeElement === element || (activeElement !== null && element.contains(activeElement));
      });
      if (reached) {
        // A box to type into may show the focus by its frame; everything else by an outline.
        const shows = await target.evaluate(
          (element) =>
            element.matches('input, textarea') || getComputedStyle(element).outlineStyle !== 'none',
        );
        expect(shows).toBe(true);
        return;
      }
      await press(backwards ? 'Shift+Tab' : 'Tab');
    }
    throw new Error(`The keyboard does not reach ${String(name)}.`);
  };
  const sees = (text: string | RegExp) => ann.page.getByText(text).first().waitFor();

  test('one signs up and asks', async () => {
    await ann.page.goto(app.url);
    await ann.page.getByLabel('Name', { exact: true }).waitFor();
    await tabTo('Name');
    await type('Ann');
    await press('Tab');
    await type(emailOf('Ann'));
    await press('Tab');
    await type(password);
    await press('Enter');
    await tabTo('Message');
    await type('How do keyboards work?');
    await press('Enter');
    await ann.page.getByRole('button', { name: 'Regenerate' }).waitFor();
  });

  test('one shares the chat, looks at the link, deletes it and takes that back', async () => {
    await tabTo(/^Share$/, true);
    await press('Enter');
    await sees('Messages you send after creating your link');
    await tabTo('Copy Link');
    await press('Enter');
    await sees('You have shared this chat');
    expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toContain('/s/');
    await tabTo('delete this link');
    await press('Enter');
    await sees('Link deleted');
    await tabTo('Undo');
    await press('Enter');
    await sees('You have shared this chat');
    await press('Escape');
    await ann.page.getByRole('dialog').waitFor({ state: 'detached' });
    // The focus is back where it was before the dialog.
    await tabTo(/^Share$/);
  });

  test('one renames the chat from its menu', async () => {
    await tabTo(/^Actions for/, true);
    await press('Enter');
    await ann.page.getByRole('menuitem', { name: 'Rename' }).waitFor();
    await press('r');
    await press('Enter');
    await ann.page.getByRole('textbox', { name: /^New title/ }).waitFor();
    await press('ControlOrMeta+a');
    await type('Renamed by keys');
    await press('Enter');
    await ann.page.getByRole('link', { name: /Renamed by keys/ }).waitFor();
  });

  test('one finds the link in the dashboard and unshares it', async () => {
    await tabTo(/^Account/);
    await press('Enter');
    await ann.page.getByRole('menuitem', { name: 'Settings' }).waitFor();
    await press('Enter');
    await tabTo(/^(General|Account|Data)$/);
    for (let i = 0; i < 3 && !(await ann.page.getByRole('button', { name: 'Manage' }).isVisible()); i++) {
      await press('ArrowDown');
    }
    await tabTo('Manage');
    await press('Enter');
    await tabTo('Search by title');
    await picture(ann, 'keyboard-dashboard');
    await tabTo(/^Unshare How do keyboards work/);
    await press('Enter');
    await sees('1 chat unshared');
    await sees('No shared chats yet');
    await press('Escape');
  });

  test('one signs out', async () => {
    await ann.page.getByRole('dialog').waitFor({ state: 'detached' });
    await tabTo(/^Account/);
    await press('Enter');
    await ann.page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await press('End');
    await press('Enter');
    await ann.page.waitForURL(/\/auth/);
  });
});
