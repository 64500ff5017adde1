import { expect, test } from '@jest/globals';
import { ask, copiedBy, emailOf, screenshot, type Visitor } from '../support/browser.ts';
import { browserFixture, inBrowser } from '../support/browserFixture.ts';
import { password } from '../support/person.ts';

/** More tab stops than any screen has. */
const maxTabStops = 60;

/** A visitor who uses only the keyboard. */
class KeyboardUser {
  readonly visitor: Visitor;

  constructor(visitor: Visitor) {
    this.visitor = visitor;
  }

  get page() {
    return this.visitor.page;
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  type(text: string): Promise<void> {
    return this.page.keyboard.type(text);
  }

  /** Presses Tab until the control with this name has the focus, and expects the focus to be visible. */
  async tabTo(name: string | RegExp, { backwards = false } = {}): Promise<void> {
    const target = this.page
      .getByRole('button', { name, exact: true })
      .or(this.page.getByRole('textbox', { name, exact: true }))
      .or(this.page.getByRole('link', { name, exact: true }))
      .or(this.page.getByRole('tab', { name, exact: true }))
      .first();
    await target.waitFor();
    for (let stop = 0; stop < maxTabStops; stop++) {
      const isFocused = await target.evaluate((element) => element.contains(document.activeElement));
      if (isFocused) {
        // Text fields show the focus by their border, everything else by an outline.
        const isVisible = await target.evaluate(
          (element) =>
            element.matches('input, textarea') || getComputedStyle(element).outlineStyle !== 'none',
        );
        expect(isVisible).toBe(true);
        return;
      }
      await this.press(backwards ? 'Shift+Tab' : 'Tab');
    }
    throw new Error(`The keyboard does not reach ${String(name)}.`);
  }

  async waitForText(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  async waitForDialogToClose(): Promise<void> {
    await this.page.getByRole('dialog').waitFor({ state: 'detached' });
  }
}

inBrowser('keyboard', () => {
  const fixture = browserFixture(() => ({ modelTuning: { demoTokensPerSecond: 5_000 } }));

  const permissions = ['clipboard-read', 'clipboard-write'];
  const member = async (): Promise<KeyboardUser> =>
    new KeyboardUser(await fixture.browser.member(fixture.app.url, 'Ann', { permissions }));

  /** A member whose open chat has one question with its answer. */
  const memberWithChat = async (question = 'How do keyboards work?'): Promise<KeyboardUser> => {
    const ann = await member();
    await ask(ann.visitor, question);
    return ann;
  };

  test('the keyboard alone is enough to sign up and ask a question', async () => {
    const ann = new KeyboardUser(await fixture.browser.visitor());
    await ann.page.goto(fixture.app.url);
    await ann.tabTo('Name');
    await ann.type('Ann');
    await ann.press('Tab');
    await ann.type(emailOf('Ann'));
    await ann.press('Tab');
    await ann.type(password);
    await ann.press('Enter');
    await ann.tabTo('Message');
    await ann.type('How do keyboards work?');
    await ann.press('Enter');
    await ann.page.getByRole('button', { name: 'Regenerate' }).waitFor();
  });

  test('the keyboard alone is enough to share a chat, delete the link and undo that', async () => {
    const ann = await memberWithChat();
    await ann.tabTo(/^Share$/, { backwards: true });
    await ann.press('Enter');
    await ann.waitForText('Messages you send after creating your link');
    await ann.tabTo('Copy Link');
    expect(await copiedBy(ann, () => ann.press('Enter'))).toContain('/s/');
    await ann.waitForText('You have shared this chat');
    await ann.tabTo('delete this link');
    await ann.press('Enter');
    await ann.waitForText('Link deleted');
    await ann.tabTo('Undo');
    await ann.press('Enter');
    await ann.waitForText('You have shared this chat');
    await ann.press('Escape');
    await ann.waitForDialogToClose();
    // The dialog returned the focus to the button that opened it.
    await ann.page.waitForFunction(() => document.activeElement?.textContent?.includes('Share'));
  });

  test('the keyboard alone is enough to rename a chat from its menu', async () => {
    const ann = await memberWithChat();
    await ann.tabTo(/^Actions for/, { backwards: true });
    await ann.press('Enter');
    await ann.page.getByRole('menuitem', { name: 'Rename' }).waitFor();
    await ann.press('r');
    await ann.press('Enter');
    await ann.page.getByRole('textbox', { name: /^New title/ }).waitFor();
    await ann.press('ControlOrMeta+a');
    await ann.type('Renamed by keys');
    await ann.press('Enter');
    await ann.page.getByRole('link', { name: /Renamed by keys/ }).waitFor();
  });

  test('the menu button of a chat keeps the focus when the chat is pinned', async () => {
    const ann = await memberWithChat();
    await ann.tabTo(/^Actions for/, { backwards: true });
    await ann.press('Enter');
    await ann.page.getByRole('menuitem', { name: 'Pin' }).waitFor();
    await ann.press('p');
    await ann.press('Enter');
    const pinned = ann.page.getByRole('list', { name: 'Pinned' });
    await pinned.getByRole('button', { name: /^Actions for/ }).waitFor();
    await ann.page.waitForFunction(() =>
      document.activeElement?.getAttribute('aria-label')?.startsWith('Actions for'),
    );
  });

  test('the keyboard alone is enough to unshare a chat in the dashboard', async () => {
    const ann = await memberWithChat();
    const chatId = ann.page.url().split('/').pop()!;
    const response = await ann.page.request.put(`${fixture.app.url}/api/v1/chats/${chatId}/share`, {
      data: {},
    });
    expect(response.status()).toBe(201);
    await ann.tabTo(/^Account/);
    await ann.press('Enter');
    await ann.page.getByRole('menuitem', { name: 'Settings' }).waitFor();
    await ann.press('Enter');
    await ann.tabTo(/^(General|Account|Data)$/);
    const manage = ann.page.getByRole('button', { name: 'Manage' });
    for (let tab = 0; tab < 3 && !(await manage.isVisible()); tab++) await ann.press('ArrowDown');
    await ann.tabTo('Manage');
    await ann.press('Enter');
    await ann.tabTo('Search by title');
    await screenshot(ann.visitor, 'keyboard-dashboard');
    await ann.tabTo(/^Unshare How do keyboards work/);
    await ann.press('Enter');
    await ann.waitForText('1 chat unshared');
    await ann.page.getByRole('button', { name: /^Unshare How/ }).waitFor({ state: 'detached' });
  });

  test('the keyboard alone is enough to sign out', async () => {
    const ann = await member();
    await ann.tabTo(/^Account/);
    await ann.press('Enter');
    await ann.page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await ann.press('End');
    await ann.press('Enter');
    await ann.page.waitForURL(/\/auth/);
  });

  test('? outside text fields, and Ctrl+/ everywhere, open the list of shortcuts', async () => {
    const ann = await member();
    const list = ann.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await ann.tabTo('Message');
    await ann.type('?');
    expect(await ann.page.getByRole('textbox', { name: 'Message', exact: true }).inputValue()).toBe('?');
    expect(await list.count()).toBe(0);
    await ann.press('ControlOrMeta+/');
    await list.waitFor();
    await list.getByText('Show or hide sidebar').waitFor();
    await screenshot(ann.visitor, 'shortcuts');
    await ann.press('Escape');
    await ann.waitForDialogToClose();
    await ann.tabTo(/^Account/);
    await ann.press('?');
    await list.waitFor();
  });

  test('the Admin Panel has the same shortcuts, except those of the sidebar', async () => {
    const ann = await member();
    await ann.page.goto(`${fixture.app.url}/admin/users`);
    await ann.page.getByRole('heading', { name: 'Users' }).waitFor();
    await ann.press('?');
    await ann.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await ann.page.getByText('Show or hide sidebar').count()).toBe(0);
    await ann.press('Escape');
    await ann.waitForDialogToClose();
    await ann.press('ControlOrMeta+k');
    await ann.page.waitForURL((url) => url.pathname === '/');
    const search = ann.page.getByRole('textbox', { name: 'Search chats' });
    await search.waitFor();
    await ann.page.waitForFunction(
      () => document.activeElement?.getAttribute('aria-label') === 'Search chats',
    );
  });
});
