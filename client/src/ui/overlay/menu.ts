import type { Icon } from '../icon.ts';

export interface MenuAction {
  label: string;
  icon?: Icon;
  /** Called after the menu has closed and returned the focus to its button. */
  onselect?: () => unknown;
  /** Makes it a link. */
  href?: string;
  target?: '_blank';
  /** With `href`: the link is a download. */
  download?: boolean;
  danger?: boolean;
  /** Disables it and shows why. */
  disabledReason?: string | null;
  /** Keyboard shortcut of the same action: `Ctrl+K`. */
  shortcut?: string;
  /** Set for an option of a choice: the selected one has a check mark. */
  checked?: boolean;
  /** A second line in muted text. */
  hint?: string;
}

export type MenuItem = MenuAction | 'separator';
