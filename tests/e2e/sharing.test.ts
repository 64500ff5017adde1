import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.ts';
import { ask, hasBrowser, picture, signIn, signUp, TestBrowser, type Visitor } from '../support/browser.ts';

const inBrowser = hasBrowser ? describe : describe.skip;

inBrowser('two people and a link', () => {
  let app: TestApp;
  let browser: TestBrowser;
  let ann: Visitor;
  let bob: Visitor;
  let link: string;

  beforeAll(async () => {
    app = await createTestApp({
      env: { DEFAULT_USER_ROLE: 'user' },
      modelTuning: { demoTokensPerSecond: 2_000 },
    });
    browser = await TestBrowser.launch();
    ann = await browser.visitor({ permissions: ['clipboard-read', 'clipboard-write'] });
    bob = await browser.visitor();
    await signUp(ann, app.url, 'Ann');
  });
  afterAll(async () => {
    await browser.close();
    await app.end();
  });
  afterEach(() => expect(browser.complaints()).toEqual([]));

  const share = async () => {
    await ann.page.getByRole('button', { name: 'Share', exact: true }).click();
    return ann.page.getByRole('dialog', { name: 'Share Chat' });
  };

  test('Ann asks, and shares the chat', async () => {
    await ask(ann, 'How do magnets work?');
    const dialog = await share();
    await dialog.getByText('Messages you send after creating your link won’t be shared.').waitFor();
    await dialog.getByText('2 messages', { exact: true }).waitFor();
    await picture(ann, 'share-first');
    await dialog.getByRole('button', { name: 'Copy Link' }).click();
    await dialog.getByText('You have shared this chat').waitFor();
    link = await ann.page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(new RegExp(`^${app.url}/s/[A-Za-z0-9_-]{20,}$`));
    await picture(ann, 'share-before');
    await ann.page.keyboard.press('Escape');
    await ann.page.getByRole('navigation').getByText('Shared by link').first().waitFor({ state: 'attached' });
  });

  test('Bob, who has no account, comes back to the link after a wrong try and signing up', async () => {
    await bob.page.goto(link);
    await bob.page.waitForURL(/\/auth\?next=/);
    expect(await bob.page.content()).not.toContain('magnets');
    await signIn(bob, 'Bob', 'a wrong password');
    await bob.page.getByText('Wrong email or password.').waitFor();
    await signUp(bob, app.url, 'Bob');
    await bob.page.waitForURL(link);
    await bob.page.getByRole('heading', { level: 1, name: 'How do magnets work?' }).waitFor();
    await bob.page.getByText('Ann', { exact: true }).waitFor();
    await picture(bob, 'shared-page');
  });

  test('what Ann writes later is not in it, until she updates it under the same address', async () => {
    await ask(ann, 'And what is a monopole?');
    await bob.page.reload();
    await bob.page.getByText('2 messages').waitFor();
    expect(await bob.page.getByText('And what is a monopole?').count()).toBe(0);

    const dialog = await share();
    await dialog.getByText('2 new messages are not in this link').waitFor();
    await dialog.getByRole('button', { name: 'Update and Copy Link' }).click();
    await dialog.getByText('Up to date').waitFor();
    expect(await ann.page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    await ann.page.keyboard.press('Escape');

    await bob.page.getByText('This chat was updated by its owner.').waitFor();
    await bob.page.getByRole('button', { name: 'Show the new version' }).click();
    await bob.page.getByText('And what is a monopole?').first().waitFor();
  });

  test('Bob continues in a copy of his own', async () => {
    const reader = await bob.context.newPage();
    await reader.goto(link);
    await reader.getByRole('button', { name: 'Continue this chat' }).click();
    await reader.waitForURL(/\/c\//);
    await reader.getByText('And what is a monopole?').first().waitFor();
    await reader.getByText('Continued from').waitFor();
    await reader.close();
  });

  test('deleting the link empties Bob’s open page at once, and Undo brings the very same link back', async () => {
    const dialog = await share();
    await dialog.getByRole('button', { name: 'delete this link' }).click();
    await bob.page
      .getByRole('heading', { name: 'Not Found' })
      .or(bob.page.getByText('Not Found'))
      .first()
      .waitFor();
    expect(await bob.page.content()).not.toContain('monopole');
    await dialog.getByText('Messages you send after creating your link').waitFor();
    await ann.page.getByRole('button', { name: 'Undo' }).click();
    await dialog.getByText('You have shared this chat').waitFor();
    await bob.page.goto(link);
    await bob.page.getByText('And what is a monopole?').first().waitFor();
    await ann.page.keyboard.press('Escape');
  });

  test('the dashboard finds it, and unsharing there takes it from Bob’s open page', async () => {
    await ann.page.getByRole('button', { name: /^Account/ }).click();
    await ann.page.getByRole('menuitem', { name: 'Settings' }).click();
    await ann.page.getByRole('tab', { name: 'Data' }).click();
    await ann.page.getByRole('button', { name: 'Manage' }).click();
    const dialog = ann.page.getByRole('dialog', { name: 'Shared Chats' });
    await dialog.getByRole('link', { name: 'How do magnets work?', exact: true }).waitFor();
    await picture(ann, 'dashboard');
    await dialog.getByRole('textbox', { name: 'Search by title' }).fill('nothing like it');
    await dialog.getByText('No shared chat has this title').waitFor();
    await dialog.getByRole('textbox', { name: 'Search by title' }).fill('MAGNETS');
    await dialog.getByRole('button', { name: 'Unshare How do magnets work?' }).click();
    await bob.page.getByText('Not Found').first().waitFor();
    await bob.page.goto(link);
    await bob.page.getByText('Not Found').first().waitFor();
    await picture(bob, 'not-found');
    await ann.page.keyboard.press('Escape');
  });

  test('a link that never was looks the same as one that is gone', async () => {
    await bob.page.goto(`${app.url}/s/never-existed`);
    await bob.page.getByText('Not Found').first().waitFor();
  });

  test('where the browser lets no page copy, the link is shown, selected', async () => {
    const cleo = await browser.visitor();
    await cleo.page.addInitScript(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
      document.execCommand = () => false;
    });
    await signUp(cleo, app.url, 'Cleo');
    await ask(cleo, 'What is a clipboard?');
    await cleo.page.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = cleo.page.getByRole('dialog', { name: 'Share Chat' });
    await dialog.getByRole('button', { name: 'Copy Link' }).click();
    const address = dialog.getByRole('textbox', { name: 'Link to the shared chat' });
    await address.waitFor();
    const selected = await address.evaluate((box: HTMLInputElement) =>
      box.value.slice(box.selectionStart ?? 0, box.selectionEnd ?? 0),
    );
    expect(selected).toMatch(new RegExp(`^${app.url}/s/`));
    expect(await address.evaluate((box) => box === document.activeElement)).toBe(true);
    await picture(cleo, 'copy-by-hand');
  });

  test('an audience of chosen people leaves everyone else with Not Found', async () => {
    const dan = await browser.visitor();
    await signUp(dan, app.url, 'Dan');
    await ask(dan, 'A matter for two');
    await dan.page.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = dan.page.getByRole('dialog', { name: 'Share Chat' });
    await dialog.getByRole('combobox', { name: /^Who can open it/ }).click();
    await dan.page.getByRole('option', { name: 'Chosen people' }).click();
    await dialog.getByRole('textbox', { name: /^Find people/ }).fill('cleo');
    await dialog.getByRole('button', { name: 'Add Cleo' }).click();
    await dialog.getByRole('button', { name: 'Remove Cleo' }).waitFor();
    await picture(dan, 'share-chosen');
    await dialog.getByRole('button', { name: 'Copy Link' }).click();
    await dialog.getByText('You have shared this chat').waitFor();
    const address = await dialog.getByRole('link', { name: 'before' }).getAttribute('href');
    await bob.page.goto(address!);
    await bob.page.getByText('Not Found').first().waitFor();
    const cleo = browser.visitors.at(-2)!;
    await cleo.page.goto(address!);
    await cleo.page.getByRole('heading', { level: 1, name: 'A matter for two' }).waitFor();
  });
});
