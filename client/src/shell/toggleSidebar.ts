import { tick } from 'svelte';
import type { Sidebar } from './sidebar.svelte.ts';

/** Shows or hides the sidebar. When what had the focus went with it, the button that brings it back has it next. */
export async function toggleSidebar(sidebar: Sidebar): Promise<void> {
  sidebar.toggle();
  await tick();
  if (document.activeElement !== document.body) return;
  document.querySelector<HTMLElement>('[data-sidebar-toggle]')?.focus();
}
