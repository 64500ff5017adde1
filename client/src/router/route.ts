import type { Component, Snippet } from 'svelte';
import { matcher } from './path.ts';
import type { Params } from './path.ts';

type ViewModule<View> = Promise<{ default: View }>;
/** A page component: its only prop is `params`, the parameters of its URL; a page without parameters has no props. */
type ViewOf<Pattern extends string> =
  Component<{ params: Params<Pattern> }> | Component<Record<string, never>>;

export type Layout = Component<{ children: Snippet }>;
export type View = Component<{ params: Record<string, string> }>;

interface Definition<Pattern extends string> {
  load: () => ViewModule<ViewOf<Pattern>>;
  /** Remains mounted while navigating between pages that share it. */
  layout?: Layout;
  /** Returns the path to redirect to, or null to show the page. */
  guard?: (to: URL) => string | null;
  /** Title of the browser tab. A page whose title depends on its data sets it with `router.setTitle`. */
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

/** Defines one route: `route('/c/:id', { load: () => import('./views/ChatView.svelte') })`. `'*'` comes last. */
export function route<Pattern extends string>(pattern: Pattern, definition: Definition<Pattern>): Route {
  return {
    pattern,
    match: matcher(pattern),
    // The view's type comes from the same pattern its parameters are parsed with.
    load: definition.load as () => ViewModule<View>,
    layout: definition.layout ?? null,
    guard: definition.guard ?? (() => null),
    title: definition.title ?? (() => null),
  };
}
