import { mkdirSync } from 'node:fs';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
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

/** Milliseconds a person would wait before wondering. */
const patienceMs = 15_000;

/** Someone at a browser of their own. */
export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** What the page complained about; a test ends by expecting none. It also proves the content security policy. */
  complaints: string[];
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
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      // The browser itself notes every refused request; those are answers the tests ask for.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    const visitor = { page, context, complaints };
    this.visitors.push(visitor);
    return visitor;
  }

  /** Everything any page complained about since the last call. */
  complaints(): string[] {
    return this.visitors.flatMap(({ complaints }) => complaints.splice(0));
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** Signs up at the sign-in page, as a person would. */
export async function signUp({ page }: Visitor, url: string, name: string): Promise<void> {
  await page.goto(`${url}/auth`);
  const toSignUp = page.getByRole('button', { name: 'Create an account' });
  const create = page.getByRole('button', { name: /^Create (the admin )?account$/ });
  await toSignUp.or(create).first().waitFor();
  if (await toSignUp.isVisible()) await toSignUp.click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('E-mail').fill(`${name.toLowerCase()}@example.org`);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await create.click();
}

/** A picture of the page in `tests/.artifacts`, where `PICTURES` asks for them: to look at, not to compare. */
export async function picture({ page }: Visitor, name: string): Promise<void> {
  if (!process.env.PICTURES) return;
  mkdirSync('tests/.artifacts', { recursive: true });
  await page.screenshot({ path: `tests/.artifacts/${name}.png` });
}
