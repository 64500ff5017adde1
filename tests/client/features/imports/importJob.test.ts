import { beforeEach, describe, expect, test } from '@jest/globals';
import { ApiError } from '../../../../client/src/api/apiError.ts';
import type { upload } from '../../../../client/src/api/upload.ts';
import { ImportJob } from '../../../../client/src/features/imports/importJob.svelte.ts';
import { summaryOf } from '../../../../client/src/features/imports/importSummary.ts';
import { FakeSocket } from '../../support/fakeSocket.ts';
import { deferred } from '../../support/factories.ts';

const result = { imported: 2, skipped: 1, failed: [{ title: 'Broken', reason: 'It has no messages.' }] };
const file = (name = 'chats.json'): File => new File(['[]'], name);

let socket: FakeSocket;
let response: ReturnType<typeof deferred<unknown>>;
let sent: { url: string; file: File; options: Parameters<typeof upload>[2] } | null;
let job: ImportJob;

beforeEach(() => {
  socket = new FakeSocket();
  response = deferred();
  sent = null;
  job = new ImportJob(socket, (url, upload, options) => {
    sent = { url, file: upload, options };
    options.signal.addEventListener('abort', () => response.reject(new Error('aborted')));
    return response.promise;
  });
});

const sentImportId = (): string => new URL(sent!.url, 'http://localhost').searchParams.get('importId') ?? '';

describe('ImportJob', () => {
  test('refuses a file of another type', async () => {
    await job.run(file('holiday.jpg'));
    expect(job.state).toEqual({ phase: 'idle', notice: null, error: 'Choose a .json or .zip file.' });
    expect(sent).toBeNull();
  });

  test('shows why the server refused the file', async () => {
    const running = job.run(file());
    response.reject(new ApiError(422, 'refused', 'This file is not an export.'));
    await running;
    expect(job.state).toMatchObject({ phase: 'idle', error: 'This file is not an export.' });
    expect(job.running).toBe(false);
  });

  test('reports the progress of the upload, then of the reading, then the result', async () => {
    const running = job.run(file('export.ZIP'));
    expect(sent?.file.type).toBe('application/zip');
    sent!.options.onprogress(0.4);
    expect(job.state).toEqual({ phase: 'uploading', name: 'export.ZIP', fraction: 0.4 });
    sent!.options.onprogress(1);
    expect(job.state).toEqual({ phase: 'reading', name: 'export.ZIP', done: 0, total: null });
    socket.deliver('import:progress', { importId: sentImportId(), done: 3, total: 9 });
    expect(job.state).toEqual({ phase: 'reading', name: 'export.ZIP', done: 3, total: 9 });
    response.resolve(result);
    await running;
    expect(job.state).toEqual({ phase: 'finished', result });
  });

  test('ignores the progress of another import', () => {
    void job.run(file());
    socket.deliver('import:progress', { importId: 'another', done: 3, total: 9 });
    expect(job.state).toMatchObject({ phase: 'uploading' });
  });

  test('can be cancelled and started again', async () => {
    const running = job.run(file());
    job.cancel();
    await running;
    expect(job.state).toEqual({
      phase: 'idle',
      notice: 'Import cancelled. Chats already imported were kept.',
      error: null,
    });
    void job.run(file('again.json'));
    expect(job.running).toBe(true);
  });

  test('runs one import at a time', async () => {
    const running = job.run(file('first.json'));
    void job.run(file('second.json'));
    expect(sent?.file.name).toBe('first.json');
    response.resolve(result);
    await running;
    expect(job.state.phase).toBe('finished');
  });
});

describe('summaryOf', () => {
  test('puts the counts into one line', () => {
    expect(summaryOf(result)).toBe('2 chats imported · 1 already imported · 1 failed');
    expect(summaryOf({ imported: 0, skipped: 3, failed: [] })).toBe('No new chats · 3 already imported');
  });
});
