/** Parameters of a PostgreSQL URL that are secrets. */
const secretParameters = ['password', 'sslpassword'];

/** Returns the URL without its password. Never throws, because its result is shown in errors. */
export function withoutPassword(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl);
    url.password = '';
    for (const name of secretParameters) url.searchParams.delete(name);
    return url.toString();
  } catch {
    return 'postgres://… (not a valid URL)';
  }
}

/** Returns the text with the passwords removed from all database URLs in it. */
export const withoutPasswords = (text: string): string =>
  text.replace(/postgres(?:ql)?:\/\/[^\s'"]+/g, withoutPassword);

/** Returns the text as one word of a shell command. */
export const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
