/** Base to resolve relative paths against; any other origin is refused. */
const base = 'https://parley.invalid';

type AuthPath = '/auth' | '/pending';

/** Pages that are never a destination after signing in. */
const authPaths: readonly string[] = ['/auth', '/auth/password', '/pending'];

/**
 * Returns the page to open after signing in, from `?next=`. Accepts only a path of this site, so that a link to the
 * sign-in page cannot redirect to another site; anything else becomes `/`.
 */
export function safeNext(next: string | null): string {
  // Browsers read `\` as `/` and drop tabs and newlines, so `/\evil` and `/<tab>/evil` lead to other sites.
  // eslint-disable-next-line no-control-regex
  if (!next?.startsWith('/') || next.startsWith('//') || /[\\\u0000-\u001f]/.test(next)) return '/';
  if (!URL.canParse(next, base)) return '/';
  const { origin, pathname, search, hash } = new URL(next, base);
  // `/.//evil` becomes `//evil` once its dots are resolved.
  if (origin !== base || pathname.startsWith('//') || authPaths.includes(pathname)) return '/';
  return `${pathname}${search}${hash}`;
}

/** Returns the safe `?next=` of a URL. */
export const nextOf = (url: URL): string => safeNext(url.searchParams.get('next'));

/** Returns the path of the sign-in page or of the pending page, with the way back to `next`. */
export function authPath(page: AuthPath, next: string): string {
  const target = safeNext(next);
  return target === '/' ? page : `${page}?${new URLSearchParams({ next: target })}`;
}

/** Returns path, query and hash of a URL. */
export const pathOf = ({ pathname, search, hash }: URL): string => `${pathname}${search}${hash}`;
