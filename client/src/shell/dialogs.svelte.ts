export type SettingsSection = 'general' | 'account' | 'data';

export type OpenDialog =
  | { name: 'settings'; section: SettingsSection }
  | { name: 'archivedChats' }
  | { name: 'share'; chatId: string }
  | { name: 'sharedChats' };

/** The one large dialog of the app. It can be opened from anywhere; DialogHost shows it. */
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

  /** The Share Chat modal of one's own chat. */
  openShare(chatId: string): void {
    this.open({ name: 'share', chatId });
  }

  /** The list of everything one has shared. */
  openSharedChats(): void {
    this.open({ name: 'sharedChats' });
  }

  close(): void {
    this.#current = null;
  }
}
