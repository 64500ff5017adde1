/** The parameters in a pattern such as `/chats/:id`. */
export type Params<Pattern extends string> = Pattern extends `${string}:${infer Name}/${infer Rest}`
  ? { [Key in Name]: string } & Params<`/${Rest}`>
  : Pattern extends `${string}:${infer Name}`
    ? { [Key in Name]: string }
    : Record<never, string>;

type Arguments<Pattern extends string> = keyof Params<Pattern> extends never ? [] : [params: Params<Pattern>];

/** Builds a path: `path('/c/:id', { id })`. The compiler checks the parameters. */
export function path<Pattern extends string>(pattern: Pattern, ...[params]: Arguments<Pattern>): string {
  const values: Readonly<Record<string, string>> = params ?? {};
  return pattern.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
}

/** Returns a function that returns the parameters of a path, or null when it does not match. `*` matches all. */
export function matcher(pattern: string): (pathname: string) => Record<string, string> | null {
  if (pattern === '*') return () => ({});
  const source = pattern
    .replace(/\/$/, '')
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:(\w+)/g, '(?<$1>[^/]+)');
  const expression = new RegExp(`^${source}/?$`);
  return (pathname) => {
    const match = expression.exec(pathname);
    return match && decodeParams(match.groups ?? {});
  };
}

function decodeParams(groups: Readonly<Record<string, string>>): Record<string, string> | null {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    // A `%` that starts no escape sequence cannot come from `path`.
    return null;
  }
}
