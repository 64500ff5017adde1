import { expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { ask, copiedBy, screenshot, signIn, signUp, type Visitor } from '../support/browser.ts';
import { browserFixture, inBrowser } from '../support/browserFixture.ts';

inBrowser('sharing a chat by link', () => {
  const fixture = browserFixture(() => ({
    env: { DEFAULT_USER_ROLE: 'user' },
    modelTuning: { demoTokensPerSecond: 2_000 },
  }));

  const member = (name: string): Promise<Visitor> =>
    fixture.browser.member(fixture.app.url, name, { permissions: ['clipboard-read', 'clipboard-write'] });

  const openShareDialog = async ({ page }: Visitor): Promise<Locator> => {
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    return page.getByRole('dialog', { name: 'Share Chat' });
  };

  const closeDialog = async ({ page }: Visitor): Promise<void> => {
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };

  /** Presses Copy Link and waits for the link. */
  const createLink = async (dialog: Locator): Promise<string> => {
    await dialog.getByRole('button', { name: 'Copy Link' }).click();
    await dialog.getByText('You have shared this chat').waitFor();
    return (await dialog.getByRole('link', { name: 'before' }).getAttribute('href'))!;
  };

  /** Asks a question in a new chat and shares it with everyone. Returns the link. */
  const shareQuestion = async (owner: Visitor, question: string): Promise<string> => {
    await ask(owner, question);
    const link = await createLink(await openShareDialog(owner));
    await closeDialog(owner);
    return link;
  };

  const opensChat = (page: Page, title: string): Promise<void> =>
    page.getByRole('heading', { level: 1, name: title }).waitFor();
  const isNotFound = (page: Page): Promise<void> => page.getByText('Not Found').first().waitFor();

  test('a link that never existed shows Not Found', async () => {
    const reader = await member('Reader');
    await reader.page.goto(`${fixture.app.url}/s/never-existed`);
    await isNotFound(reader.page);
    await screenshot(reader, 'not-found');
  });

  test('a link for specific people shows Not Found to everyone else', async () => {
    const [owner, chosen, other] = [await member('Owner'), await member('Chosen'), await member('Other')];
    await ask(owner, 'A matter for two');
    const dialog = await openShareDialog(owner);
    await dialog.getByRole('combobox', { name: /^Who has access/ }).click();
    await owner.page.getByRole('option', { name: 'Specific people' }).click();
    const field = dialog.getByRole('combobox', { name: /^Find people/ });
    await field.fill('chos');
    await dialog.getByRole('option', { name: /Chosen/ }).waitFor();
    await field.press('Enter');
    await dialog.getByRole('button', { name: 'Remove Chosen' }).waitFor();
    expect(await field.inputValue()).toBe('');
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await screenshot(owner, 'share-specific-people');
    const link = await createLink(dialog);
    await other.page.goto(link);
    await isNotFound(other.page);
    await chosen.page.goto(link);
    await opensChat(chosen.page, 'A matter for two');
  });

  test('the dialog shows what will be shared, and copies the link it creates', async () => {
    const owner = await member('Owner');
    await ask(owner, 'How do magnets work?');
    const dialog = await openShareDialog(owner);
    await dialog.getByText('Messages you send after creating your link won’t be shared.').waitFor();
    await dialog.getByText('2 messages', { exact: true }).waitFor();
    await dialog.getByText('How do magnets work?').nth(1).waitFor();
    await screenshot(owner, 'share-not-shared');
    let link = '';
    const copied = await copiedBy(owner, async () => {
      link = await createLink(dialog);
    });
    expect(link).toMatch(new RegExp(`^${fixture.app.url}/s/[A-Za-z0-9_-]{20,}$`));
    expect(copied).toBe(link);
    await screenshot(owner, 'share-shared');
    await closeDialog(owner);
    await owner.page
      .getByRole('navigation')
      .getByText('Shared by link')
      .first()
      .waitFor({ state: 'attached' });
  });

  test('a reader without an account returns to the link after a wrong password and signing up', async () => {
    const owner = await member('Owner');
    const link = await shareQuestion(owner, 'How do magnets work?');
    const reader = await fixture.browser.visitor();
    await reader.page.goto(link);
    await reader.page.waitForURL(/\/auth\?next=/);
    expect(await reader.page.content()).not.toContain('magnets');
    await signIn(reader, 'Reader', 'a wrong password');
    await reader.page.getByText(/e-?mail or password/i).waitFor();
    await signUp(reader, fixture.app.url, 'Reader');
    await reader.page.waitForURL(link);
    await opensChat(reader.page, 'How do magnets work?');
    await reader.page.getByText('Owner', { exact: true }).waitFor();
    await screenshot(reader, 'shared-page');
  });

  test('later messages are not in the link until its owner updates it, and the link stays the same', async () => {
    const [owner, reader] = [await member('Owner'), await member('Reader')];
    const link = await shareQuestion(owner, 'How do magnets work?');
    await ask(owner, 'And what is a monopole?');
    await reader.page.goto(link);
    await reader.page.getByText('2 messages').waitFor();
    expect(await reader.page.getByText('And what is a monopole?').count()).toBe(0);

    const dialog = await openShareDialog(owner);
    await dialog.getByText('2 new messages are not in this link').waitFor();
    await screenshot(owner, 'share-out-of-date');
    const updateAndCopy = dialog.getByRole('button', { name: 'Update and Copy Link' });
    expect(await copiedBy(owner, () => updateAndCopy.click())).toBe(link);
    await dialog.getByText('Up to date').waitFor();

    await reader.page.getByText('This chat was updated by its owner.').waitFor();
    await reader.page.getByRole('button', { name: 'Show latest' }).click();
    await reader.page.getByText('And what is a monopole?').first().waitFor();
  });

  test('a reader continues in a copy', async () => {
    const [owner, reader] = [await member('Owner'), await member('Reader')];
    await reader.page.goto(await shareQuestion(owner, 'How do magnets work?'));
    await reader.page.getByRole('button', { name: 'Continue this chat' }).click();
    await reader.page.waitForURL(/\/c\//);
    await reader.page.getByText('How do magnets work?').first().waitFor();
    await reader.page.getByText('Continued from').waitFor();
  });

  test('deleting the link empties open pages at once, and Undo restores the same link', async () => {
    const [owner, reader] = [await member('Owner'), await member('Reader')];
    const link = await shareQuestion(owner, 'How do magnets work?');
    await reader.page.goto(link);
    await opensChat(reader.page, 'How do magnets work?');

    const dialog = await openShareDialog(owner);
    await dialog.getByRole('button', { name: 'delete this link' }).click();
    await isNotFound(reader.page);
    expect(await reader.page.content()).not.toContain('magnets');
    await dialog.getByText('Messages you send after creating your link').waitFor();
    await owner.page.getByRole('button', { name: 'Undo' }).click();
    await dialog.getByText('You have shared this chat').waitFor();
    await owner.page.getByText('Link restored').waitFor();
    await reader.page.goto(link);
    await opensChat(reader.page, 'How do magnets work?');
  });

  test('the dashboard finds a link, and unsharing there empties open pages at once', async () => {
    const [owner, reader] = [await member('Owner'), await member('Reader')];
    const link = await shareQuestion(owner, 'How do magnets work?');
    await reader.page.goto(link);
    await opensChat(reader.page, 'How do magnets work?');

    await owner.page.getByRole('button', { name: /^Account/ }).click();
    await owner.page.getByRole('menuitem', { name: 'Settings' }).click();
    await owner.page.getByRole('tab', { name: 'Data' }).click();
    await owner.page.getByRole('button', { name: 'Manage' }).click();
    const dialog = owner.page.getByRole('dialog', { name: 'Shared Chats' });
    await dialog.getByRole('link', { name: 'How do magnets work?', exact: true }).waitFor();
    await screenshot(owner, 'dashboard');
    await dialog.getByRole('textbox', { name: 'Search by title' }).fill('nothing like it');
    await dialog.getByText('No matches').waitFor();
    await dialog.getByRole('textbox', { name: 'Search by title' }).fill('MAGNETS');
    await dialog.getByRole('button', { name: 'Unshare How do magnets work?' }).click();
    await isNotFound(reader.page);
    await reader.page.goto(link);
    await isNotFound(reader.page);
  });

  test('a browser that does not allow copying shows the link, selected', async () => {
    const owner = await member('Owner');
    await owner.page.addInitScript(() => {
      Object.defineProperty(navigator, 'clipboard', { value: undefined });
      document.execCommand = () => false;
    });
    await owner.page.reload();
    await ask(owner, 'What is a clipboard?');
    const dialog = await openShareDialog(owner);
    await dialog.getByRole('button', { name: 'Copy Link' }).click();
    const url = dialog.getByRole('textbox', { name: 'Link to the shared chat' });
    await url.waitFor();
    const selected = await url.evaluate((field: HTMLInputElement) =>
      field.value.slice(field.selectionStart ?? 0, field.selectionEnd ?? 0),
    );
    expect(selected).toMatch(new RegExp(`^${fixture.app.url}/s/`));
    expect(await url.evaluate((field) => field === document.activeElement)).toBe(true);
    await screenshot(owner, 'copy-manually');
  });
});
