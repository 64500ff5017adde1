import { limits } from '#shared/limits';
import { t } from '../../i18n/t.ts';

/** What is wrong with what was typed, by field; a field that is right is absent. */
export type Faults = Partial<Record<'name' | 'email' | 'password', string>>;

export interface Credentials {
  name: string;
  email: string;
  password: string;
}

/** Only what is certain: whether an address exists is the server's to say. */
function emailFault(email: string): Faults {
  if (email.trim() === '') return { email: t('auth.emailMissing') };
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? {} : { email: t('auth.emailWrong') };
}

export const signInFaults = ({ email, password }: Credentials): Faults => ({
  ...emailFault(email),
  ...(password === '' && { password: t('auth.passwordMissing') }),
});

export const signUpFaults = ({ name, email, password }: Credentials): Faults => ({
  ...(name.trim() === '' && { name: t('auth.nameMissing') }),
  ...emailFault(email),
  ...(password.length < limits.passwordMin && {
    password: t('auth.passwordShort', { count: limits.passwordMin }),
  }),
});
