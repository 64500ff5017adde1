import { createRawSnippet } from 'svelte';
import type { Snippet } from 'svelte';

/** Plain words where a component takes a snippet. */
export const words = (text: string): Snippet =>
  createRawSnippet(() => ({ render: () => `<span>${text}</span>` }));
