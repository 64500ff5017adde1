import type { Icon } from './icon.ts';

export interface MenuAction {
  label: string;
  icon?: Icon;
  onselect?: () => unknown;
  /** Makes it a link. */
  href?: string;
  target?: '_blank';
  /** With `href`: the link is a download. */
  download?: boolean;
  danger?: boolean;
  /** Disables it and says why. */
  disabledReason?: string | null;
  /** Keys that do the same: `Ctrl+K`. */
  shortcut?: string;
  /** Set for a choice: a tick stands at the chosen one. */
  checked?: boolean;
  /** A second, quieter line. */
  hint?: string;
}

export type MenuItem = MenuAction | 'separator';
