import { t } from '../i18n/t.ts';
import { ApiError } from './apiError.ts';
import { parseResponse } from './send.ts';

interface UploadOptions {
  signal: AbortSignal;
  /** Called with the fraction of the file that has been sent, from 0 to 1. */
  onprogress: (sent: number) => void;
}

/** Posts a file as the request body and returns the parsed response. Not `fetch`, which reports no upload progress. */
export async function upload(
  url: string,
  file: File,
  { signal, onprogress }: UploadOptions,
): Promise<unknown> {
  const response = await new Promise<Response>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.setRequestHeader('content-type', file.type || 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onprogress(total > 0 ? loaded / total : 0);
    request.upload.onload = () => onprogress(1);
    request.onload = () => resolve(new Response(request.responseText, { status: request.status }));
    request.onerror = () => reject(new ApiError(0, 'offline', t('common.offline')));
    request.onabort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
  return await parseResponse(response);
}
