import { MarkdownView } from '../../../../client/src/lib/markdown/markdownView.ts';
import type { MarkdownOptions } from '../../../../client/src/lib/markdown/options.ts';
import { whenIdle } from '../../../../client/src/lib/markdown/scheduler.ts';

export const options: MarkdownOptions = {
  labels: {
    copy: 'Copy',
    copied: 'Copied',
    copySelected: 'Press Ctrl+C',
    wrap: 'Wrap',
    table: 'Table',
    done: 'Done',
    notDone: 'Not done',
    image: 'Image',
    openImage: (host) => `Open image at ${host}`,
  },
  copyText: () => Promise.resolve(true),
};

/** A text on the page, as its component shows it. */
export interface ShownText {
  root: HTMLElement;
  view: MarkdownView;
}

export function openView(): ShownText {
  const root = document.body.appendChild(document.createElement('div'));
  return { root, view: new MarkdownView(root, options.labels) };
}

/** Shows `text` at once, highlighted and typeset. */
export async function show(text: string): Promise<HTMLElement> {
  return stream([text]);
}

/** Shows `chunks` one after the other, each in a separate frame, and returns the page at the end. */
export async function stream(chunks: readonly string[]): Promise<HTMLElement> {
  const { root, view } = openView();
  let text = '';
  for (const chunk of chunks) {
    text += chunk;
    if (chunks.length > 1) view.update(text, true);
  }
  view.update(text, false);
  view.finish();
  await whenIdle();
  root.normalize();
  view.destroy();
  root.remove();
  return root;
}

/** Returns a generator of the same numbers between 0 and 1 in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Cuts `text` into chunks of 1 to `maxLength` characters. */
export function chunksOf(text: string, random: () => number, maxLength: number): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(random() * maxLength);
    chunks.push(text.slice(at, at + length));
    at += length;
  }
  return chunks;
}
