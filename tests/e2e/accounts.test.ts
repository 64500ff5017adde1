import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.ts';
import {
  ask,
  hasBrowser,
  screenshot,
  signIn,
  signUp,
  TestBrowser,
  type Visitor,
} from '../support/browser.ts';
import { startModelServer } from '../support/modelServer.ts';

const inBrowser = hasBrowser ? describe : describe.skip;

inBrowser('accounts and connections', () => {
  let app: TestApp;
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    app = await createTestApp({ modelTuning: { demoTokensPerSecond: 2_000 } });
  });
  afterEach(async () => {
    await Promise.all(browser.visitors.map(({ context }) => context.close()));
    await app.end();
    expect(browser.takeErrors()).toEqual([]);
  });

  const messageBox = ({ page }: Visitor) => page.getByRole('textbox', { name: 'Message', exact: true });

  /** A person who is signed in. The first one of a test is the admin. */
  const signedIn = async (name: string): Promise<Visitor> => {
    await app.person(name);
    const visitor = await browser.visitor();
    await visitor.page.goto(`${app.url}/auth`);
    await signIn(visitor, name);
    await messageBox(visitor).waitFor();
    return visitor;
  };

  const openAdminPanel = async ({ page }: Visitor) => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Admin Panel' }).click();
  };

  test('the first visitor creates the admin account', async () => {
    const ann = await browser.visitor();
    await ann.page.goto(app.url);
    await ann.page.getByRole('heading', { name: 'Create the admin account' }).waitFor();
    await screenshot(ann, 'first-run');
    await signUp(ann, app.url, 'Ann');
    await messageBox(ann).waitFor();
    await screenshot(ann, 'empty-chat');
  });

  test('a new account stays pending until an admin approves it', async () => {
    const ann = await signedIn('Ann');
    const bob = await browser.visitor();
    await signUp(bob, app.url, 'Bob');
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
      await ann.page.goto(app.url);
      await ask(ann, 'Who are you?');
      await ann.page.getByText('Hello from the test model.').waitFor();
    } finally {
      await models.close();
    }
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
