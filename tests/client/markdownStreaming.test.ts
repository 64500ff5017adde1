import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MarkdownView } from '../../client/src/features/markdown/view.ts';
import { workDone } from '../../client/src/features/markdown/work.ts';
import { documents } from './markdownDocuments.ts';

/** The page after `chunks` arrived one after the other, each in a frame of its own. */
async function stream(chunks: readonly string[]): Promise<string> {
  const root = document.body.appendChild(document.createElement('div'));
  const view = new MarkdownView(root);
  let text = '';
  for (const chunk of chunks) {
    text += chunk;
    view.update(text, true);
  }
  view.update(text, false);
  return settledHtml(root, view);
}

async function showAtOnce(text: string): Promise<string> {
  const root = document.body.appendChild(document.createElement('div'));
  const view = new MarkdownView(root);
  view.update(text, false);
  return settledHtml(root, view);
}

async function settledHtml(root: HTMLElement, view: MarkdownView): Promise<string> {
  view.finish();
  await workDone();
  root.normalize();
  const html = root.innerHTML;
  view.destroy();
  root.remove();
  return html;
}

/** The same numbers in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function chunksOf(text: string, random: () => number, longest: number): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(random() * longest);
    chunks.push(text.slice(at, at + length));
    at += length;
  }
  return chunks;
}

describe('a streamed message ends as the page that shows it at once', () => {
  for (const [name, text] of Object.entries(documents)) {
    test(name, async () => {
      const whole = await showAtOnce(text);
      for (const [seed, longest] of [
        [1, 1],
        [2, 3],
        [3, 7],
        [4, 24],
        [5, 80],
      ] as const) {
        const chunks = chunksOf(text, randomFrom(seed), longest);
        expect(await stream(chunks)).toBe(whole);
      }
    });
  }

  test('any of them after any other, in any pieces', async () => {
    const random = randomFrom(77);
    const all = Object.values(documents);
    for (let round = 0; round < 30; round += 1) {
      const pick = () => all[Math.floor(random() * all.length)] ?? '';
      const glue = ['\n\n', '\n', '', '\r\n\r\n'][Math.floor(random() * 4)] ?? '';
      const text = [pick(), pick(), pick()].join(glue);
      const chunks = chunksOf(text, random, 1 + Math.floor(random() * 40));
      expect(await stream(chunks)).toBe(await showAtOnce(text));
    }
  });
});

/** Real answers as model servers streamed them, beside the repository; skipped where they are missing. */
const recordings = path.resolve('../shared/data/streams');
const answers = existsSync(recordings)
  ? readdirSync(recordings).filter((file) => file.endsWith('.chunks.txt'))
  : [];

/** The pieces of the answer's text, as they came. */
const piecesOf = (file: string): string[] =>
  readFileSync(path.join(recordings, file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { choices?: { delta?: { content?: string | null } }[] })
    .map((chunk) => chunk.choices?.[0]?.delta?.content ?? '');

describe('real answers', () => {
  if (answers.length === 0) {
    test.skip('end as the page that shows them at once (the recordings are not here)', () => {});
    return;
  }
  test.each(answers)('%s ends as the page that shows it at once', async (file) => {
    const pieces = piecesOf(file);
    expect(await stream(pieces)).toBe(await showAtOnce(pieces.join('')));
  });
});
