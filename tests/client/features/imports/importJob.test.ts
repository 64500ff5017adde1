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
let answer: ReturnType<typeof deferred<unknown>>;
let sent: { url: string; file: File; options: Parameters<typeof upload>[2] } | null;
let job: ImportJob;

beforeEach(() => {
  socket = new FakeSocket();
  answer = deferred();
  sent = null;
  job = new ImportJob(socket, (url, upload, options) => {
    sent = { url, file: upload, options };
    options.signal.addEventListener('abort', () => answer.reject(new Error('aborted')));
    return answer.promise;
  });
});

const importId = (): string => new URL(sent!.url, 'http://localhost').searchParams.get('importId') ?? '';

describe('an import', () => {
  test('takes no file of another kind', async () => {
    await job.run(file('holiday.jpg'));
    expect(job.state).toEqual({ at: 'start', note: null, fault: 'Choose a .json or .zip file.' });
    expect(sent).toBeNull();
  });

  test('says why the server refused the file', async () => {
    const running = job.run(file());
    answer.reject(new ApiError(422, 'refused', 'This is no export of chats.'));
    await running;
    expect(job.state).toMatchObject({ at: 'start', fault: 'This is no export of chats.' });
    expect(job.running).toBe(false);
  });

  test('tells how far the upload is, then how far the reading is, then what came of it', async () => {
    const running = job.run(file('export.ZIP'));
    expect(sent?.file.type).toBe('application/zip');
    sent!.options.onprogress(0.4);
    expect(job.state).toEqual({ at: 'uploading', name: 'export.ZIP', sent: 0.4 });
    sent!.options.onprogress(1);
    expect(job.state).toEqual({ at: 'reading', name: 'export.ZIP', done: 0, total: null });
    socket.deliver('import:progress', { importId: importId(), done: 3, total: 9 });
    expect(job.state).toEqual({ at: 'reading', name: 'export.ZIP', done: 3, total: 9 });
    answer.resolve(result);
    await running;
    expect(job.state).toEqual({ at: 'end', result });
  });

  test('does not take the progress of another import for its own', () => {
    void job.run(file());
    socket.deliver('import:progress', { importId: 'another', done: 3, total: 9 });
    expect(job.state).toMatchObject({ at: 'uploading' });
  });

  test('can be cancelled, and another one begun', async () => {
    const running = job.run(file());
    job.cancel();
    await running;
    expect(job.state).toEqual({ at: 'start', note: 'Cancelled. What had come in stays.', fault: null });
    void job.run(file('again.json'));
    expect(job.running).toBe(true);
  });

  test('runs one at a time', async () => {
    const running = job.run(file('first.json'));
    void job.run(file('second.json'));
    expect(sent?.file.name).toBe('first.json');
    answer.resolve(result);
    await running;
    expect(job.state.at).toBe('end');
  });

  test('is summed up in one line', () => {
    expect(summaryOf(result)).toBe('2 chats imported · 1 was here already · 1 could not be read');
    expect(summaryOf({ imported: 0, skipped: 3, failed: [] })).toBe('Nothing new · 3 were here already');
  });
});
