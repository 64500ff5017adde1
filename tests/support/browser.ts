import { mkdirSync } from 'node:fs';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { apiPrefix } from '#shared/api';
import { password } from './person.ts';

/** Without these, Chromium looks for Google's servers at every start. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether browser tests can run; `npm test` finds or installs a browser and says so when it cannot. */
export const hasBrowser = process.env.CHROMIUM !== undefined;

/** The browser logs every refused request and lost connection, which tests cause on purpose. */
const expectedErrors = /^Failed to load resource|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION/;

/** Milliseconds to wait for what a person would see, on a machine that is busy with other tests. */
const timeoutMs = 30_000;

/** A person with a separate browser profile. */
export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** Errors in the console of the page, including violations of the content security policy. Tests expect none. */
  errors: string[];
}

export class TestBrowser {
  #browser: Browser;
  readonly visitors: Visitor[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath: process.env.CHROMIUM, args: flags }));
  }

  /** A browser profile without a session. */
  async visitor(options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(timeoutMs);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !expectedErrors.test(message.text())) errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    const visitor = { page, context, errors };
    this.visitors.push(visitor);
    return visitor;
  }

  /** Returns and clears the errors of all pages. */
  takeErrors(): string[] {
    return this.visitors.flatMap(({ errors }) => errors.splice(0));
  }

  /** A visitor who has just signed up, without the form, and is at the home page. */
  async member(url: string, name: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const visitor = await this.visitor(options);
    const data = { name, email: emailOf(name), password };
    const response = await visitor.context.request.post(`${url}${apiPrefix}/auth/sign-up`, { data });
    if (!response.ok()) throw new Error(`${name} could not sign up: ${await response.text()}`);
    await visitor.page.goto(url);
    return visitor;
  }

  /** Closes the profiles of all visitors. */
  async closeVisitors(): Promise<void> {
    await Promise.all(this.visitors.splice(0).map(({ context }) => context.close()));
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** Signs up at the sign-in page, as a person would. Ends at the page that the visitor requested. */
export async function signUp({ page }: Visitor, url: string, name: string): Promise<void> {
  if (!page.url().startsWith(`${url}/auth`)) await page.goto(`${url}/auth`);
  const create = page.getByRole('button', { name: 'Create account' });
  const toSignUp = page.getByRole('button', { name: 'Create one' });
  await create.or(toSignUp).first().waitFor();
  if (await toSignUp.isVisible()) await toSignUp.click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Email').fill(emailOf(name));
  await page.getByLabel('Password', { exact: true }).fill(password);
  await create.click();
  await page.waitForURL((to) => !to.pathname.startsWith('/auth'));
}

export async function signIn({ page }: Visitor, name: string, secret: string = password): Promise<void> {
  await page.getByLabel('Email').fill(emailOf(name));
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export const emailOf = (name: string): string => `${name.toLowerCase()}@example.org`;

/** Does `copy` and returns what it put on the clipboard, which pages write some time after the click. */
export async function copiedBy({ page }: Pick<Visitor, 'page'>, copy: () => Promise<void>): Promise<string> {
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await copy();
  return page.evaluate(async () => {
    for (;;) {
      const text = await navigator.clipboard.readText();
      if (text) return text;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
}

/** Asks in the open chat and waits until the answer is complete. */
export async function ask({ page }: Visitor, question: string): Promise<void> {
  const box = page.getByRole('textbox', { name: 'Message', exact: true });
  await box.fill(question);
  await box.press('Enter');
  await page.getByText(question, { exact: true }).first().waitFor();
  await page.getByRole('status').filter({ hasText: 'Answer ready' }).waitFor();
}

/** Saves a screenshot in `tests/.artifacts` if `PICTURES` is set. It is not compared with anything. */
export async function screenshot({ page }: Visitor, name: string): Promise<void> {
  if (!process.env.PICTURES) return;
  mkdirSync('tests/.artifacts', { recursive: true });
  await page.screenshot({ path: `tests/.artifacts/${name}.png` });
}
