import type { apiPrefix } from '#shared/api';

// Written out, not imported: the contract's module carries the schema library.
const prefix: typeof apiPrefix = '/api/v1';

type Value = string | number | boolean;

/** What an address is made of. Query values that are undefined or null are left out. */
export interface AddressParts {
  params?: Readonly<Record<string, Value>>;
  query?: Readonly<Record<string, Value | null | undefined>>;
}

/** The address of `'METHOD /path/:name'` with its parameters and query in it. */
export function urlOf(route: string, { params = {}, query = {} }: AddressParts = {}): string {
  const path = route
    .slice(route.indexOf('/'))
    .replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  return `${prefix}${path}${search.size > 0 ? `?${search}` : ''}`;
}
