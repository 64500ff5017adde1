import { expect, test } from '@jest/globals';
import { ask, screenshot, signIn, signUp, type Visitor } from '../support/browser.ts';
import { browserFixture, inBrowser } from '../support/browserFixture.ts';
import { startModelServer } from '../support/modelServer.ts';

inBrowser('accounts and connections', () => {
  const fixture = browserFixture(() => ({ modelTuning: { demoTokensPerSecond: 2_000 } }));

  const messageBox = ({ page }: Visitor) => page.getByRole('textbox', { name: 'Message', exact: true });

  /** A person who is signed in. The first one of a test is the admin. */
  const signedIn = async (name: string, role?: 'user'): Promise<Visitor> => {
    await fixture.app.person(name, role);
    const visitor = await fixture.browser.visitor();
    await visitor.page.goto(`${fixture.app.url}/auth`);
    await signIn(visitor, name);
    await messageBox(visitor).waitFor();
    return visitor;
  };

  const openAdminPanel = async ({ page }: Visitor) => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: /Admin Panel/ }).click();
  };

  test('the first visitor creates the admin account', async () => {
    const ann = await fixture.browser.visitor();
    await ann.page.goto(fixture.app.url);
    await ann.page.getByRole('heading', { name: 'Create the admin account' }).waitFor();
    await screenshot(ann, 'first-run');
    await signUp(ann, fixture.app.url, 'Ann');
    await messageBox(ann).waitFor();
    await screenshot(ann, 'empty-chat');
  });

  test('a new account stays pending until an admin approves it', async () => {
    const ann = await signedIn('Ann');
    const bob = await fixture.browser.visitor();
    await signUp(bob, fixture.app.url, 'Bob');
    await bob.page.getByRole('heading', { name: 'Waiting for approval' }).waitFor();
    await screenshot(bob, 'pending');
    await bob.page.getByRole('button', { name: 'Check now' }).click();
    await bob.page.getByText('Still waiting for approval.').waitFor();
    await openAdminPanel(ann);
    await ann.page.getByText('bob@example.org').first().waitFor();
    await screenshot(ann, 'admin-users');
    await ann.page.getByRole('button', { name: 'Approve Bob' }).click();
    await ann.page.getByText('Bob was approved').waitFor();
    await bob.page.getByRole('button', { name: 'Check now' }).click();
    await messageBox(bob).waitFor();
  });

  test('an admin tests a connection, adds it, and its model answers', async () => {
    const models = await startModelServer(['llama', 'qwen']);
    try {
      const ann = await signedIn('Ann');
      await openAdminPanel(ann);
      await ann.page.getByRole('link', { name: 'Connections' }).click();
      await ann.page.getByRole('button', { name: 'Add connection' }).first().click();
      const dialog = ann.page.getByRole('dialog', { name: 'Add connection' });
      await dialog.getByLabel('Name').fill('Local');
      await dialog.getByLabel('Base URL').fill(models.url);
      await dialog.getByLabel('API key').fill('sk-secret-key');
      await dialog.getByRole('button', { name: 'Test' }).click();
      await dialog.getByText('Connected: 2 models').waitFor();
      await screenshot(ann, 'connection');
      await dialog.getByRole('button', { name: 'Add', exact: true }).click();
      await ann.page.getByText('Key is set').waitFor();
      expect(await ann.page.content()).not.toContain('sk-secret-key');
      await ann.page.goto(fixture.app.url);
      await ask(ann, 'Who are you?');
      await ann.page.getByText('Hello from the test model.').waitFor();
    } finally {
      await models.close();
    }
  });

  test('an invited person sets a password and is signed in, and a used link says so', async () => {
    const ann = await signedIn('Ann');
    await openAdminPanel(ann);
    await ann.page.getByRole('button', { name: 'Add user' }).click();
    const dialog = ann.page.getByRole('dialog', { name: 'Add user' });
    await dialog.getByLabel('Name').fill('Bob');
    await dialog.getByLabel('Email').fill('bob@example.org');
    await screenshot(ann, 'add-user');
    await dialog.getByRole('button', { name: 'Create invitation' }).click();
    const link = ann.page.getByLabel('One-time link');
    await link.waitFor();
    await screenshot(ann, 'invitation');
    const url = await link.inputValue();
    await ann.page.getByRole('button', { name: 'Done' }).click();
    await ann.page.getByText('Invited').waitFor();

    const bob = await fixture.browser.visitor();
    const requested: string[] = [];
    bob.page.on('request', (request) => requested.push(request.url(), JSON.stringify(request.headers())));
    await bob.page.goto(url);
    await bob.page.getByRole('heading', { name: 'Welcome to Parley' }).waitFor();
    await bob.page.getByText('bob@example.org').waitFor();
    await screenshot(bob, 'set-password');
    await bob.page.getByLabel('New password').fill('a long new password');
    await bob.page.getByRole('button', { name: 'Set password and sign in' }).click();
    await messageBox(bob).waitFor();
    // No request has the secret of the link in its URL or its headers, and the address bar no longer shows it.
    expect(requested.join()).not.toContain(url.split('#')[1]);
    expect(bob.page.url()).not.toContain('#');

    const late = await fixture.browser.visitor();
    await late.page.goto(url);
    await late.page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    await screenshot(late, 'dead-link');
  });

  test('someone who forgot their password gets a link from an admin', async () => {
    const ann = await signedIn('Ann');
    const bob = await signedIn('Bob', 'user');
    const forgetful = await fixture.browser.visitor();
    await forgetful.page.goto(`${fixture.app.url}/auth`);
    await forgetful.page.getByText('Forgot your password?').click();
    await forgetful.page.getByText('Ask an admin of Parley for a reset link.').waitFor();
    await screenshot(forgetful, 'forgot-password');
    await openAdminPanel(ann);
    await ann.page.getByRole('button', { name: 'Actions for Bob' }).click();
    await screenshot(ann, 'user-menu');
    await ann.page.getByRole('menuitem', { name: 'Reset password…' }).click();
    await screenshot(ann, 'reset-password');
    await ann.page.getByRole('button', { name: 'Create link' }).click();
    const url = await ann.page.getByLabel('One-time link').inputValue();
    await forgetful.page.goto(url);
    await forgetful.page.getByRole('heading', { name: 'Set a new password' }).waitFor();
    await forgetful.page.getByLabel('New password').fill('a long new password');
    await forgetful.page.getByLabel('New password').press('Enter');
    await messageBox(forgetful).waitFor();
    // The other session of the account has ended.
    await bob.page.waitForURL(/\/auth/);
  });

  test('an admin sees at once that someone waits for approval, and deletes an account', async () => {
    const ann = await signedIn('Ann');
    const account = ann.page.getByRole('button', { name: /^Account/ });
    await account.waitFor();
    await fixture.app.person('Bob', 'pending');
    await account.filter({ hasText: '1 person is waiting for approval' }).waitFor();
    await account.click();
    await screenshot(ann, 'pending-count');
    await ann.page.getByRole('menuitem', { name: /Admin Panel/ }).click();
    await ann.page.getByText('bob@example.org').waitFor();
    // The list follows too.
    await fixture.app.person('Cleo', 'pending');
    await ann.page.getByText('cleo@example.org').waitFor();
    await ann.page.getByRole('button', { name: 'Actions for Bob' }).click();
    await ann.page.getByRole('menuitem', { name: 'Delete…' }).click();
    const dialog = ann.page.getByRole('alertdialog', { name: 'Delete Bob?' });
    await dialog.waitFor();
    await screenshot(ann, 'delete-user');
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
    await ann.page.getByText('Bob was deleted').waitFor();
    expect(await ann.page.getByText('bob@example.org').count()).toBe(0);
  });

  test('deactivating an account ends its open pages at once', async () => {
    const ann = await signedIn('Ann');
    const bob = await signedIn('Bob');
    await openAdminPanel(ann);
    await ann.page.getByRole('button', { name: 'Actions for Bob' }).click();
    await ann.page.getByRole('menuitem', { name: 'Deactivate' }).click();
    await screenshot(ann, 'deactivate');
    await ann.page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
    await bob.page.waitForURL(/\/auth/);
    await signIn(bob, 'Bob');
    await bob.page.getByText('Wrong email or password.').waitFor();
  });

  test('signing out leads to the sign-in page, and Back shows no chat', async () => {
    const ann = await signedIn('Ann');
    await ask(ann, 'Who are you?');
    await ann.page.getByRole('button', { name: /^Account/ }).click();
    await ann.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await ann.page.waitForURL(/\/auth/);
    await ann.page.goBack().catch(() => undefined);
    await ann.page.waitForURL(/\/auth/);
    expect(await ann.page.getByText('Who are you?').count()).toBe(0);
  });
});
