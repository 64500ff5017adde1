import { createContext } from 'svelte';

export type SettingsSection = 'general' | 'account' | 'data';

export type OpenDialog =
  | { name: 'settings'; section: SettingsSection }
  | { name: 'archivedChats' }
  | { name: 'share'; chatId: string }
  | { name: 'sharedChats' }
  | { name: 'shortcuts' };

/** The props of the component that shows a dialog. */
export interface DialogProps<Name extends OpenDialog['name']> {
  open: boolean;
  /** What the dialog was opened with. */
  dialog: Extract<OpenDialog, { name: Name }>;
}

/** The state of the app's dialogs: at most one is open. Any component can open one; DialogHost shows it. */
export class Dialogs {
  #current = $state.raw<OpenDialog | null>(null);

  /** The open dialog; null when there is none. */
  get current(): OpenDialog | null {
    return this.#current;
  }

  open(dialog: OpenDialog): void {
    this.#current = dialog;
  }

  openSettings(section: SettingsSection = 'general'): void {
    this.open({ name: 'settings', section });
  }

  openArchivedChats(): void {
    this.open({ name: 'archivedChats' });
  }

  /** Opens the Share Chat dialog of a chat that the person owns. */
  openShare(chatId: string): void {
    this.open({ name: 'share', chatId });
  }

  /** Opens the list of everything the person has shared. */
  openSharedChats(): void {
    this.open({ name: 'sharedChats' });
  }

  /** Opens the list of keyboard shortcuts. */
  openShortcuts(): void {
    this.open({ name: 'shortcuts' });
  }

  close(): void {
    this.#current = null;
  }
}

/** Opens settings, the Share Chat dialog and so on, from any component: `getDialogs().openShare(chatId)`. */
export const [getDialogs, setDialogs] = createContext<Dialogs>();
