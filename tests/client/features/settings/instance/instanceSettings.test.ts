import { beforeEach, describe, expect, test } from '@jest/globals';
import { InstanceSettings } from '../../../../../client/src/features/settings/instance/instanceSettings.svelte.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';

const stored = {
  name: 'Parley',
  signUp: 'open' as const,
  defaultRole: 'pending' as const,
  communitySharing: false,
  demoModel: false,
  locked: ['signUp' as const],
};
let api: FakeApi;
let settings: InstanceSettings;

beforeEach(async () => {
  api = new FakeApi();
  api.on('GET /admin/settings', () => stored);
  settings = new InstanceSettings();
  await settings.load();
});

describe('InstanceSettings', () => {
  test('reverts a refused change and shows the reason', async () => {
    api.on('PATCH /admin/settings', () => {
      throw new Refusal(503, 'unavailable', 'The database is busy. Try again.');
    });
    const saving = settings.save({ communitySharing: true });
    expect(settings.values?.communitySharing).toBe(true);
    await saving;
    expect(settings.values?.communitySharing).toBe(false);
    expect(settings.error).toBe('The database is busy. Try again.');
    expect(settings.statusText).toBe('');
  });

  test('shows when a change is saved', async () => {
    api.on('PATCH /admin/settings', ({ body }) => ({ ...stored, ...(body as object) }));
    await settings.save({ name: 'Analytical Engine' });
    expect(settings.values?.name).toBe('Analytical Engine');
    expect(settings.statusText).toBe('Saved');
  });

  test('explains which fields an environment variable locks', () => {
    expect(settings.lockReason('signUp')).toBe('Set by an environment variable');
    expect(settings.lockReason('name')).toBeNull();
  });
});
