import type { HTMLButtonAttributes } from 'svelte/elements';
import type { PressHandler } from './pressState.svelte.ts';

/** The props shared by all buttons. */
export interface PressableProps extends Omit<
  HTMLButtonAttributes,
  'onclick' | 'disabled' | 'class' | 'children'
> {
  /** Makes it a link. */
  href?: string;
  target?: string;
  /** With `href`: the link is a download. */
  download?: boolean | string;
  /** The action is still running: a spinner appears after 200 ms, and it cannot be pressed. */
  busy?: boolean;
  disabled?: boolean;
  /** Disables it and shows why, in a tooltip and to screen readers. */
  disabledReason?: string | null;
  /** When it returns a promise, the button is busy until the promise settles. */
  onclick?: PressHandler;
  class?: string;
}
