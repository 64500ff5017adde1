import { beforeEach, expect, test } from '@jest/globals';
import { screenshot, signIn, type TestBrowser, type Visitor } from '../support/browser.ts';
import { browserFixture, inBrowser } from '../support/browserFixture.ts';
import { password } from '../support/person.ts';

inBrowser('sessions', () => {
  const fixture = browserFixture(() => ({ env: { DEFAULT_USER_ROLE: 'user' } }));
  beforeEach(async () => {
    await fixture.app.person('Ann');
  });

  const messageBox = ({ page }: Visitor) => page.getByRole('textbox', { name: 'Message', exact: true });
  /** Ann, signed in in a browser of her own. */
  const annIn = async (options: Parameters<TestBrowser['visitor']>[0] = {}) => {
    const visitor = await fixture.browser.visitor(options);
    await visitor.page.goto(`${fixture.app.url}/auth`);
    await signIn(visitor, 'Ann');
    await messageBox(visitor).waitFor();
    return visitor;
  };
  const openAccount = async ({ page }: Visitor) => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await page.getByRole('tab', { name: 'Account' }).click();
    await page.getByText('This device').waitFor();
  };
  const atSignIn = ({ page }: Visitor) =>
    page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();

  test('a person signs out another device, which is at the sign-in page at once', async () => {
    const laptop = await annIn();
    const phone = await annIn({
      userAgent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    });
    await openAccount(laptop);
    const button = laptop.page.getByRole('button', { name: 'Sign out Safari on iOS, 127.0.0.1' });
    await button.scrollIntoViewIfNeeded();
    await screenshot(laptop, 'sessions');
    await laptop.page.emulateMedia({ colorScheme: 'dark' });
    await screenshot(laptop, 'sessions-dark');
    await laptop.page.setViewportSize({ width: 360, height: 740 });
    await button.scrollIntoViewIfNeeded();
    await screenshot(laptop, 'sessions-narrow');
    await button.click();
    await laptop.page.getByText('Signed out Safari on iOS').waitFor();
    await atSignIn(phone);
  });

  test('a changed password keeps all tabs of this browser signed in and ends the others', async () => {
    const here = await annIn();
    const elsewhere = await annIn();
    const tab = { ...here, page: await here.context.newPage() };
    await tab.page.goto(fixture.app.url);
    await messageBox(tab).waitFor();
    await openAccount(here);
    const { page } = here;
    await page.getByLabel('Current password').fill(password);
    await page.getByLabel('New password').fill('password1');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText(/too common/).waitFor();
    await page.getByLabel('New password').fill('a new long one');
    const reconnected = [page, tab.page].map((each) => each.waitForEvent('websocket'));
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Password changed.').waitFor();
    await atSignIn(elsewhere);
    await Promise.all(reconnected);
    await page.getByText('You are signed in only here.').waitFor();
    await tab.page.reload();
    await messageBox(tab).waitFor();
  });

  test('signing out keeps the theme of the browser', async () => {
    const ann = await annIn();
    await ann.page.getByRole('button', { name: /^Account/ }).click();
    await ann.page.getByRole('menuitem', { name: 'Settings' }).click();
    await ann.page.getByText('Dark', { exact: true }).click();
    await ann.page.keyboard.press('Escape');
    await ann.page.getByRole('button', { name: /^Account/ }).click();
    await ann.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await atSignIn(ann);
    expect(await ann.page.evaluate(() => localStorage.getItem('parley.theme'))).toBe('dark');
    await ann.page.reload();
    await atSignIn(ann);
    expect(await ann.page.locator('html').getAttribute('data-theme')).toBe('dark');
  });
});
