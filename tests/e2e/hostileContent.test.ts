import { beforeEach, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { SharedLink } from '#shared/sharing';
import { screenshot, type Visitor } from '../support/browser.ts';
import { browserFixture, inBrowser } from '../support/browserFixture.ts';
import { Conversations } from '../support/conversation.ts';

/** `open` and `close` around each other until the text has about `length` characters. */
const nested = (open: string, close: string, length: number): string => {
  const levels = Math.floor(length / (open.length + close.length));
  return `${open.repeat(levels)}x${close.repeat(levels)}`;
};
const filled = (piece: string, length: number): string => piece.repeat(Math.ceil(length / piece.length));
const code = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;
const formula = (tex: string): string => `$${tex}$`;
/** Characters of the longest answer that is stored. */
const longestText = 1_000_000;

/** Texts that take long, or nest deeply, when they are shown without limits. */
const hostileTexts: Record<string, readonly string[]> = {
  'nested formulas': [
    ['\\sqrt{', '}'],
    ['\\frac{1}{', '}'],
    ['x_{', '}'],
    ['\\smash{', '}'],
    ['\\left(', '\\right)'],
    ['\\begin{matrix}', '\\end{matrix}'],
  ].flatMap(([open = '', close = '']) =>
    [1_000, 2_500, 4_900].map((length) => formula(nested(open, close, length))),
  ),
  'large formulas': [
    formula(filled('é', 4_900)),
    formula(`\\begin{matrix}${filled('&', 4_900)}\\end{matrix}`),
    formula('\\def\\a#1{\\a{#1#1}}\\a{xx}'),
    filled('$x$ ', 20_000),
    filled('$$\nx^2\n$$\n\n', 20_000),
  ],
  'openings without an end': ['\\(', '\\[\n', '[', '![', '<', '<a b="', '*a ', '_a ', '~~a ', '`a'].map(
    (opening) => filled(opening, 60_000),
  ),
  'deep nesting': [
    nested('*a ', ' a*', 50_000),
    nested('[', '](b)', 50_000),
    nested('<b>', '</b>', 50_000),
    filled('> - ', 50_000),
    filled('<details>\n', 50_000),
  ],
  'deep JSON in a code block': [
    code('json', nested('[', ']', 15_000)),
    code('json', filled(`${'['.repeat(1_000)}\n`, 19_000)),
    code('json', nested('{"a":\n', '}\n', longestText)),
  ],
  'long code': [code('js', filled('const a = 1;\n', longestText)), code('', filled('a', longestText))],
  'long tables': [
    `|a|b|\n|-|-|\n${filled('|1|2|\n', 100_000)}`,
    `${'|a'.repeat(5_000)}|\n${'|-'.repeat(5_000)}|\n${'|1'.repeat(5_000)}|`,
  ],
  'long lists': [filled('- a\n', 50_000), filled('- a\n+ b\n', 50_000)],
  'long lines': [
    filled('word ', longestText),
    filled('a', longestText),
    filled('http://a.example ', 100_000),
  ],
};

/** Milliseconds of processor time of one task, on machines that need several times the time of an ordinary one. */
const maxTask = 700;
/** Openings of a page, because other programs on the machine also slow down the processor. The fastest one counts. */
const openings = 3;

/** Resolves when the page has shown everything: its elements are the same for half a second. */
const untilComplete = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    let size = -1;
    let unchanged = 0;
    while (unchanged < 5) {
      const before = size;
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 100)));
      size = document.querySelectorAll('*').length;
      unchanged = size === before ? unchanged + 1 : 0;
    }
  });

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of processor time. */
  tdur?: number;
  args: { name?: string };
}

/** Opens `address`, waits until it is complete, and returns the processor time of the longest task of the page. */
async function longestTask(page: Page, address: string): Promise<number> {
  const browser = page.context().browser()!;
  // Closing the page before is not part of opening this one.
  await page.goto('about:blank');
  await browser.startTracing(page, { categories: ['toplevel'] });
  await page.goto(address);
  await page.getByRole('article').last().waitFor();
  await untilComplete(page);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const main = new Set(
    trace.traceEvents.filter(({ args }) => args.name === 'CrRendererMain').map((event) => thread(event)),
  );
  const tasks = trace.traceEvents.filter(
    (event) => event.name.includes('RunTask') && main.has(thread(event)),
  );
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1_000));
}

/** 90 letters without a place to wrap. */
const longName = 'Donaudampfschifffahrtsgesellschaftskapitaen'.repeat(3).slice(0, 90);

inBrowser('hostile content', () => {
  const fixture = browserFixture(() => ({ env: { DEFAULT_USER_ROLE: 'user' } }));
  let ann: Visitor;
  let annId: string;

  beforeEach(async () => {
    ann = await fixture.browser.member(fixture.app.url, 'Ann');
    const me = await ann.context.request.get(`${fixture.app.url}/api/v1/me`);
    annId = ((await me.json()) as { user: { id: string } }).user.id;
  });

  const createChat = (title: string, contents: readonly string[]): Promise<string> =>
    new Conversations(fixture.app.platform).create(annId, {
      title,
      turns: contents.flatMap((content) => [{ content: 'Go on' }, { content, model: longName }]),
    });

  const share = async (chatId: string): Promise<string> => {
    const response = await ann.context.request.put(`${fixture.app.url}/api/v1/chats/${chatId}/share`, {
      data: {},
      headers: { origin: fixture.app.url },
    });
    return SharedLink.parse(await response.json()).url;
  };

  test.each(Object.entries(hostileTexts))('%s neither crash nor block a page', async (name, texts) => {
    const chatId = await createChat(name, texts);
    for (const address of [`${fixture.app.url}/c/${chatId}`, await share(chatId)]) {
      let longest = Infinity;
      for (let i = 0; i < openings && longest >= maxTask; i++)
        longest = Math.min(longest, await longestTask(ann.page, address));
      expect(longest).toBeLessThan(maxTask);
    }
  });

  test('names and titles without spaces do not widen any page', async () => {
    await ann.context.request.patch(`${fixture.app.url}/api/v1/me`, {
      data: { name: longName },
      headers: { origin: fixture.app.url },
    });
    const chatId = await createChat(longName, ['An answer']);
    const link = await share(chatId);
    const paths = ['/', `/c/${chatId}`, '/admin/users', '/admin/general', '/admin/connections'];
    for (const width of [360, 1_280]) {
      await ann.page.setViewportSize({ width, height: 740 });
      for (const address of [...paths.map((path) => fixture.app.url + path), link]) {
        await ann.page.goto(address);
        await ann.page.getByRole('heading').first().waitFor();
        await screenshot(ann, `long-names-${width}-${address.split('/').at(-1)}`);
        const widest = await ann.page.evaluate(() => document.documentElement.scrollWidth);
        expect([address, widest]).toEqual([address, width]);
      }
    }
  });
});
