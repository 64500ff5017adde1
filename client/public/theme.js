// Runs before the first paint, so that the wrong theme never flashes. Keep in sync with src/ui/theme.svelte.ts.
try {
  document.documentElement.dataset.theme = localStorage.getItem('parley.theme') || 'system';
} catch {
  document.documentElement.dataset.theme = 'system';
}
