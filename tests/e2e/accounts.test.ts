import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestApp, type TestApp } from '../support/app.ts';
import { ask, hasBrowser, picture, signIn, signUp, TestBrowser, type Visitor } from '../support/browser.ts';
import { startModelServer, type ModelServer } from '../support/modelServer.ts';

const inBrowser = hasBrowser ? describe : describe.skip;

inBrowser('people come in, and models are connected', () => {
  let app: TestApp;
  let browser: TestBrowser;
  let ann: Visitor;
  let bob: Visitor;
  let models: ModelServer;

  beforeAll(async () => {
    models = await startModelServer(['llama', 'qwen']);
    app = await createTestApp({ modelTuning: { demoTokensPerSecond: 2_000 } });
    browser = await TestBrowser.launch();
    ann = await browser.visitor();
    bob = await browser.visitor();
  });
  afterAll(async () => {
    await browser.close();
    await app.end();
    await models.close();
  });
  afterEach(() => expect(browser.complaints()).toEqual([]));

  const openAdmin = async () => {
    await ann.page.getByRole('button', { name: /^Account/ }).click();
    await ann.page.getByRole('menuitem', { name: 'Admin Panel' }).click();
  };

  test('the first visitor makes the admin account', async () => {
    await ann.page.goto(app.url);
    await ann.page.getByRole('heading', { name: 'Create the admin account' }).waitFor();
    await picture(ann, 'first-run');
    await signUp(ann, app.url, 'Ann');
    await ann.page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
    await picture(ann, 'empty-chat');
  });

  test('the second waits for approval, and goes on by itself once approved', async () => {
    await signUp(bob, app.url, 'Bob');
    await bob.page.getByRole('heading', { name: 'Waiting for approval' }).waitFor();
    await picture(bob, 'pending');
    await openAdmin();
    await ann.page.getByText('bob@example.org').first().waitFor();
    await picture(ann, 'admin-users');
    await ann.page.getByRole('button', { name: 'Approve Bob' }).click();
    await ann.page.getByText('Bob can use Parley now').waitFor();
    await bob.page.getByRole('button', { name: 'Check now' }).click();
    await bob.page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
  });

  test('a connection is tested, added, and its models answer', async () => {
    await ann.page.getByRole('link', { name: 'Connections' }).click();
    await ann.page.getByRole('button', { name: 'Add connection' }).first().click();
    const dialog = ann.page.getByRole('dialog', { name: 'Add connection' });
    await dialog.getByLabel('Name').fill('Local');
    await dialog.getByLabel('Address').fill(models.url);
    await dialog.getByLabel('API key').fill('sk-secret-key');
    await dialog.getByRole('button', { name: 'Test' }).click();
    await dialog.getByText('It answers: 2 models').waitFor();
    await picture(ann, 'connection');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await ann.page.getByText('Key is set').waitFor();
    expect(await ann.page.content()).not.toContain('sk-secret-key');
    await ann.page.goto(app.url);
    await ask(ann, 'Who are you?');
    await ann.page.getByText('Hello from the test model.').waitFor();
  });

  test('deactivating someone ends what they have open at once', async () => {
    await bob.page.goto(app.url);
    await bob.page.getByRole('textbox', { name: 'Message', exact: true }).waitFor();
    await openAdmin();
    await ann.page.getByRole('button', { name: 'Actions for Bob' }).click();
    await ann.page.getByRole('menuitem', { name: 'Deactivate' }).click();
    await picture(ann, 'deactivate');
    await ann.page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click();
    await bob.page.waitForURL(/\/auth/);
    await signIn(bob, 'Bob');
    await bob.page.getByText('E-mail or password is not right.').waitFor();
  });

  test('signing out leads to the sign-in page, and Back shows nothing of the chats', async () => {
    await ann.page.goto(app.url);
    await ann.page.getByRole('button', { name: /^Account/ }).click();
    await ann.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await ann.page.waitForURL(/\/auth/);
    await ann.page.goBack().catch(() => undefined);
    await ann.page.waitForURL(/\/auth/);
    expect(await ann.page.getByText('Who are you?').count()).toBe(0);
  });
});
