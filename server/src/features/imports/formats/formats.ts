import { chatgpt } from './chatgpt.ts';
import { openWebui } from './openWebui.ts';
import type { ImportFormat } from './importedChat.ts';

/** Asked in this order. */
export const formats: readonly ImportFormat[] = [openWebui, chatgpt];
