import { beforeEach, describe, expect, test } from '@jest/globals';
import { ConnectionForm } from '../../../../../client/src/features/models/connections/connectionForm.svelte.ts';
import { Connections } from '../../../../../client/src/features/models/connections/connections.svelte.ts';
import { FakeApi, Refusal } from '../../../support/fakeApi.ts';
import { aConnection } from '../../../support/factories.ts';

let api: FakeApi;
beforeEach(() => {
  api = new FakeApi();
});

const editForm = (): ConnectionForm => new ConnectionForm(new Connections(), aConnection());

describe('ConnectionForm', () => {
  test('sends nothing without a name and a full URL', async () => {
    const form = new ConnectionForm(new Connections(), null);
    form.baseUrl = 'localhost:11434';
    expect(await form.save()).toBe(false);
    expect(Object.keys(form.fieldErrors)).toEqual(['name', 'baseUrl']);
    expect(api.received).toEqual([]);
  });

  test('shows a validation error of the server at its field', async () => {
    api.on('PATCH /admin/connections/:id', () => {
      const fieldErrors = { baseUrl: ['must be an http or https address'] };
      throw new Refusal(400, 'invalid_request', 'The request is not valid.', { formErrors: [], fieldErrors });
    });
    const form = editForm();
    expect(await form.save()).toBe(false);
    expect(form.fieldErrors).toEqual({ baseUrl: 'Must be an http or https address.' });
  });

  test('keeps the stored key when none is typed, and removes it only on request', async () => {
    api.on('PATCH /admin/connections/:id', () => aConnection());
    const form = editForm();
    await form.save();
    expect(api.requestsTo('PATCH /admin/connections/:id')[0]?.body).not.toHaveProperty('apiKey');
    form.removeKey = true;
    await form.save();
    expect(api.requestsTo('PATCH /admin/connections/:id')[1]?.body).toHaveProperty('apiKey', '');
  });

  test('warns that the stored key is removed when the base URL names another origin', () => {
    const form = editForm();
    form.baseUrl = 'http://localhost:11434/v2';
    expect(form.removesStoredKey).toBe(false);
    form.baseUrl = 'http://elsewhere:11434/v1';
    expect(form.removesStoredKey).toBe(true);
  });

  test('tests the values of the form and shows the result', async () => {
    api.on('POST /admin/connections/test', () => ({ ok: false as const, message: 'Invalid API key.' }));
    const form = editForm();
    form.apiKey = 'sk-wrong';
    const testing = form.test();
    expect(form.testing).toBe(true);
    await testing;
    expect(form.testing).toBe(false);
    expect(form.testResult).toEqual({ ok: false as const, message: 'Invalid API key.' });
    expect(api.requestsTo('POST /admin/connections/test')[0]?.body).toEqual({
      id: 'local',
      baseUrl: 'http://localhost:11434/v1',
      apiKey: 'sk-wrong',
    });
  });
});
