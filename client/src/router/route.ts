import type { Component, Snippet } from 'svelte';
import { matcher } from './path.ts';
import type { Params } from './path.ts';

type ViewModule<View> = Promise<{ default: View }>;
/** A page: it takes the parameters of its address as the one prop `params`, or nothing. */
type ViewOf<Pattern extends string> =
  Component<{ params: Params<Pattern> }> | Component<Record<string, never>>;

export type Layout = Component<{ children: Snippet }>;
export type View = Component<{ params: Record<string, string> }>;

interface Definition<Pattern extends string> {
  load: () => ViewModule<ViewOf<Pattern>>;
  /** Stays mounted while one moves between pages that share it. */
  layout?: Layout;
  /** Another address to go to instead, or null to let the visitor in. */
  guard?: (to: URL) => string | null;
  /** Words for the browser's tab. A page with a title of its own sets it with `router.setTitle`. */
  title?: () => string;
}

export interface Route {
  readonly pattern: string;
  readonly match: (pathname: string) => Record<string, string> | null;
  readonly load: () => ViewModule<View>;
  readonly layout: Layout | null;
  readonly guard: (to: URL) => string | null;
  readonly title: () => string | null;
}

/** One address of the app: `route('/c/:id', { load: () => import('./views/ChatView.svelte') })`. `'*'` comes last. */
export function route<Pattern extends string>(pattern: Pattern, definition: Definition<Pattern>): Route {
  return {
    pattern,
    match: matcher(pattern),
    // The pattern that types the view is the one its parameters are read with.
    load: definition.load as () => ViewModule<View>,
    layout: definition.layout ?? null,
    guard: definition.guard ?? (() => null),
    title: definition.title ?? (() => null),
  };
}
