import { afterEach, expect, jest, test } from '@jest/globals';
import { screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import ModelPicker from '../../../../../client/src/features/models/picker/ModelPicker.svelte';
import { createHarness } from '../../messages/harness.ts';
import type { HarnessOptions } from '../../messages/harness.ts';

const user = userEvent.setup();
let leave: () => void = () => undefined;
afterEach(() => leave());

async function renderPicker(options: HarnessOptions, chosen: string | null = null) {
  const harness = await createHarness(options);
  leave = () => harness.conversation.leave();
  const onchoose = jest.fn<(model: string) => void>();
  harness.renderComponent(ModelPicker, { chosen, onchoose });
  return { onchoose };
}
const numberedModels = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `model-${index}`);

test('a member without models sees advice to ask an admin', async () => {
  await renderPicker({ models: [] });
  const button = screen.getByRole('button', { name: 'Model: No model' });
  expect(button.getAttribute('aria-description')).toBe('No model is connected. Ask an admin to connect one.');
});

test('an admin without models gets a link to the connections', async () => {
  await renderPicker({ models: [], administer: true });
  const link = screen.getByRole('link', { name: 'Connect a model' });
  expect(link.getAttribute('href')).toBe('/admin/settings/connections');
});

test('a few models are chosen from a menu', async () => {
  const { onchoose } = await renderPicker({ models: ['small', 'large'] }, 'small');
  await user.click(screen.getByRole('button', { name: 'Model: SMALL' }));
  const [, large] = await screen.findAllByRole('menuitemcheckbox', { hidden: true });
  await user.click(large!);
  expect(onchoose.mock.calls).toEqual([['large']]);
});

test('one of many models is found by parts of its name and chosen with Enter', async () => {
  const { onchoose } = await renderPicker({ models: [...numberedModels(20), 'tiny'] }, 'model-0');
  await user.click(screen.getByRole('button', { name: 'Model: MODEL-0' }));
  await user.type(await screen.findByRole('combobox', { hidden: true }), 'olla mod 17');
  await waitFor(() => expect(screen.getAllByRole('option', { hidden: true })).toHaveLength(1));
  await user.keyboard('{Enter}');
  expect(onchoose.mock.calls).toEqual([['model-17']]);
  await waitFor(() => expect(screen.queryByRole('combobox', { hidden: true })).toBeNull());
});
