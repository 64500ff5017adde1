import { dictionary } from '@zxcvbn-ts/language-common';
import { limits } from '#shared/limits';
import { DomainError } from '../../platform/errors.ts';

/** About 18,000 passwords from leaks that are long enough to be accepted otherwise, in lower case. */
const commonPasswords = new Set(
  dictionary['passwords-common'].filter((password) => password.length >= limits.passwordMin),
);
/** A password with fewer different characters is found by trying patterns. */
const differentCharactersMin = 3;

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();
const withoutSpaces = (text: string): string => fold(text).replace(/\s+/g, '');

interface Owner {
  name: string;
  email: string;
}

function isCommon(password: string, { name, email }: Owner): boolean {
  const folded = fold(password);
  const own = [name, email, email.slice(0, email.indexOf('@'))].map(withoutSpaces);
  return (
    commonPasswords.has(folded) ||
    new Set(folded).size < differentCharactersMin ||
    own.includes(withoutSpaces(password))
  );
}

/** Throws when the password is among the first that an attacker tries for this account. Length is checked by the schema. */
export function requireUncommonPassword(password: string, owner: Owner): void {
  if (!isCommon(password, owner)) return;
  throw new DomainError(
    'invalid',
    'This password is too common or easy to guess. Use a longer one, for example four words that do not belong together.',
    'password_common',
  );
}
