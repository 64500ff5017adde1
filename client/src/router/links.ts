/** Returns the URL of a plain click on an ordinary link to another page of this site; null for any other click. */
export function clickedUrl(event: MouseEvent): URL | null {
  if (event.defaultPrevented || opensElsewhere(event)) return null;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link?.href || link.hasAttribute('download')) return null;
  if (link.target !== '' && link.target !== '_self') return null;
  const url = new URL(link.href);
  return url.origin === location.origin && !isWithinPage(url) ? url : null;
}

/** Modifier keys and other buttons open tabs and windows, which the browser handles. */
const opensElsewhere = (event: MouseEvent) =>
  event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;

function isWithinPage(url: URL): boolean {
  return url.hash !== '' && url.pathname === location.pathname && url.search === location.search;
}
