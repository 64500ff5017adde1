import type { apiPrefix } from '#shared/api';

// Repeated instead of imported: the module that defines it would bring the schema library into the bundle.
const prefix: typeof apiPrefix = '/api/v1';

type Value = string | number | boolean;

/** What a URL is built from. Query values that are undefined or null are left out. */
export interface UrlParts {
  params?: Readonly<Record<string, Value>>;
  query?: Readonly<Record<string, Value | null | undefined>>;
}

/** Returns the URL of `'METHOD /path/:name'` with its parameters and query filled in. */
export function urlOf(route: string, { params = {}, query = {} }: UrlParts = {}): string {
  const path = route
    .slice(route.indexOf('/'))
    .replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  return `${prefix}${path}${search.size > 0 ? `?${search}` : ''}`;
}
