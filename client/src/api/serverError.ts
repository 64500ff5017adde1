import type { ErrorBody } from '#shared/errors';
import { t } from '../i18n/t.ts';
import { ApiError } from './apiError.ts';

/** Code of an error that the server did not expect. Its log has the details under the reference. */
const internal = 'internal';

/** Returns an error of the server as an `ApiError`. The message of an unexpected one ends with the reference for admins. */
export function serverError(
  status: number,
  { code, message, details, requestId }: ErrorBody['error'],
): ApiError {
  const shown =
    code === internal && requestId ? t('common.withReference', { message, reference: requestId }) : message;
  return new ApiError(status, code, shown, details);
}
