import { MarkdownView } from '../../../../client/src/lib/markdown/markdownView.ts';
import { workDone } from '../../../../client/src/lib/markdown/scheduler.ts';

/** A message on the page, as its component shows it. */
export interface Shown {
  root: HTMLElement;
  view: MarkdownView;
}

export function openView(): Shown {
  const root = document.body.appendChild(document.createElement('div'));
  return { root, view: new MarkdownView(root) };
}

/** `text` shown at once, coloured and set. */
export async function show(text: string): Promise<HTMLElement> {
  return stream([text]);
}

/** The page after `chunks` arrived one after the other, each in a frame of its own. */
export async function stream(chunks: readonly string[]): Promise<HTMLElement> {
  const { root, view } = openView();
  let text = '';
  for (const chunk of chunks) {
    text += chunk;
    if (chunks.length > 1) view.update(text, true);
  }
  view.update(text, false);
  view.finish();
  await workDone();
  root.normalize();
  view.destroy();
  root.remove();
  return root;
}

/** The same numbers in every run, between 0 and 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `text` in pieces of 1 to `longest` characters. */
export function piecesOf(text: string, random: () => number, longest: number): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(random() * longest);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}
