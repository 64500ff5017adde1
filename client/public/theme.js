// Runs before the first paint, so that nobody sees the wrong theme flash by. Kept in step with src/ui/theme.svelte.ts.
try {
  document.documentElement.dataset.theme = localStorage.getItem('parley.theme') || 'system';
} catch {
  document.documentElement.dataset.theme = 'system';
}
