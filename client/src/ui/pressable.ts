import type { HTMLButtonAttributes } from 'svelte/elements';
import type { PressHandler } from './press.svelte.ts';

/** What every button of ours takes. */
export interface PressableProps extends Omit<
  HTMLButtonAttributes,
  'onclick' | 'disabled' | 'class' | 'children'
> {
  /** Turns it into a link. */
  href?: string;
  target?: string;
  /** With `href`: the link is a download. */
  download?: boolean | string;
  /** What it started is still going on: shown after 200 ms, and it cannot be pressed meanwhile. */
  busy?: boolean;
  disabled?: boolean;
  /** Disables it and says why, to eye and ear. */
  disabledReason?: string | null;
  /** When it returns a promise, the button is busy until that is settled. */
  onclick?: PressHandler;
  class?: string;
}
