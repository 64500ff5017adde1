import { limits } from '#shared/limits';
import { t } from '../../i18n/t.ts';

/** Error message of each invalid field; a valid field is absent. */
export type FieldErrors = Partial<Record<'name' | 'email' | 'password', string>>;

export interface Credentials {
  name: string;
  email: string;
  password: string;
}

/** Checks the shape only: the server decides whether the email is valid. */
function validateEmail(email: string): FieldErrors {
  if (email.trim() === '') return { email: t('auth.emailMissing') };
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? {} : { email: t('auth.emailInvalid') };
}

export const validateSignIn = ({ email, password }: Credentials): FieldErrors => ({
  ...validateEmail(email),
  ...(password === '' && { password: t('auth.passwordMissing') }),
});

export const validateNewUser = ({ name, email }: Omit<Credentials, 'password'>): FieldErrors => ({
  ...(name.trim() === '' && { name: t('auth.nameMissing') }),
  ...validateEmail(email),
});

export const validateSignUp = ({ name, email, password }: Credentials): FieldErrors => ({
  ...validateNewUser({ name, email }),
  ...(password.length < limits.passwordMin && {
    password: t('auth.passwordTooShort', { count: limits.passwordMin }),
  }),
});
