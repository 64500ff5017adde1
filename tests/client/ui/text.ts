import { createRawSnippet } from 'svelte';
import type { Snippet } from 'svelte';

/** Returns a snippet that shows plain text. */
export const text = (content: string): Snippet =>
  createRawSnippet(() => ({ render: () => `<span>${content}</span>` }));
