import type { Component } from 'svelte';
import type { OpenDialog } from '../shell/dialogs.svelte.ts';

type Name = OpenDialog['name'];

/** What every large dialog takes: whether it is open, and what it was opened with. */
export interface DialogProps<N extends Name> {
  open: boolean;
  dialog: Extract<OpenDialog, { name: N }>;
}

export interface AnyDialog {
  open: boolean;
  dialog: OpenDialog;
}

type Load<Props extends { open: boolean }> = () => Promise<{ default: Component<Props, object, 'open'> }>;

const dialogs: { [N in Name]: Load<DialogProps<N>> } = {
  settings: () => import('../features/settings/personal/SettingsDialog.svelte'),
  archivedChats: () => import('../features/chats/archive/ArchivedChatsDialog.svelte'),
  share: () => import('../features/sharing/dialog/ShareChatDialog.svelte'),
  sharedChats: () => import('../features/sharing/dashboard/SharedChatsDialog.svelte'),
};

/** Where each dialog is; a dialog is loaded when it is first opened. */
// The name that picks the loader is the name of what the dialog is opened with.
export const loaders = dialogs as unknown as { [N in Name]: Load<AnyDialog> };
