import type { Component } from 'svelte';
import type { DialogProps, OpenDialog } from '../shell/dialogs.svelte.ts';

type DialogName = OpenDialog['name'];

/** The props of any dialog, where its name is not known at compile time. */
export interface AnyDialogProps {
  open: boolean;
  dialog: OpenDialog;
}

type Load<Props extends { open: boolean }> = () => Promise<{ default: Component<Props, object, 'open'> }>;

const loaders: { [Name in DialogName]: Load<DialogProps<Name>> } = {
  settings: () => import('../features/settings/personal/SettingsDialog.svelte'),
  archivedChats: () => import('../features/chats/archive/ArchivedChatsDialog.svelte'),
  share: () => import('../features/sharing/dialog/ShareChatDialog.svelte'),
  sharedChats: () => import('../features/sharing/dashboard/SharedChatsDialog.svelte'),
  shortcuts: () => import('./ShortcutsDialog.svelte'),
};

/** Loads the component of each dialog when it is opened for the first time. */
// The name that selects a loader is the name of the dialog it is opened with, so the props match.
export const dialogLoaders = loaders as unknown as { [Name in DialogName]: Load<AnyDialogProps> };
