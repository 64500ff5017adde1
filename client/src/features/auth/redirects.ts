/** Only used to resolve relative addresses: nothing may lead anywhere else. */
const here = 'https://parley.invalid';

/** Addresses that lead nowhere after signing in. */
const doors = ['/auth', '/pending'];

/**
 * The page to go to after signing in, from `?next=`. Only a path of this site is taken, so that a link to the sign-in
 * page cannot send anybody to another site; everything else is `/`.
 */
export function safeNext(next: string | null): string {
  // A browser reads `\` as `/` and drops tabs and newlines, so `/\evil` and `/<tab>/evil` are other sites to it.
  // eslint-disable-next-line no-control-regex
  if (!next?.startsWith('/') || next.startsWith('//') || /[\\\u0000-\u001f]/.test(next)) return '/';
  if (!URL.canParse(next, here)) return '/';
  const { origin, pathname, search, hash } = new URL(next, here);
  // `/.//evil` becomes `//evil` once its dots are resolved.
  if (origin !== here || pathname.startsWith('//') || doors.includes(pathname)) return '/';
  return `${pathname}${search}${hash}`;
}

/** `?next=` of an address. */
export const nextOf = (url: URL): string => safeNext(url.searchParams.get('next'));

/** The sign-in page (`/auth`) or the waiting room (`/pending`) with the way back to `next`. */
export function authPath(door: '/auth' | '/pending', next: string): string {
  const target = safeNext(next);
  return target === '/' ? door : `${door}?${new URLSearchParams({ next: target })}`;
}

/** Path, query and hash of an address. */
export const pathOf = ({ pathname, search, hash }: URL): string => `${pathname}${search}${hash}`;
