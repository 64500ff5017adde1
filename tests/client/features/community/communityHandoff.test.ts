import type { CommunityPayload } from '#shared/community';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { handOffToCommunity } from '../../../../client/src/features/community/communityHandoff.ts';
import type { Handoff } from '../../../../client/src/features/community/communityHandoff.ts';

const payload = { chat: { title: 'A chat' }, models: [] } as unknown as CommunityPayload;
const communityUrl = 'https://community.example';

/** The tab of the community site. */
class FakeTab {
  closed = false;
  readonly received: { data: string; origin: string }[] = [];
  postMessage = (data: string, origin: string): void => {
    this.received.push({ data, origin });
  };
}

let tab: FakeTab;
let handoff: Handoff;
let open: jest.SpiedFunction<typeof window.open>;

function post(data: unknown, from: { origin?: string; source?: FakeTab } = {}): void {
  const { origin = communityUrl, source = tab } = from;
  // The constructor of `MessageEvent` accepts only real windows as a source.
  const event = Object.assign(new Event('message'), { data, origin });
  Object.defineProperty(event, 'source', { value: source });
  window.dispatchEvent(event);
}

beforeEach(() => {
  jest.useFakeTimers();
  tab = new FakeTab();
  open = jest.spyOn(window, 'open').mockReturnValue(tab as unknown as Window);
  handoff = handOffToCommunity(communityUrl, payload)!;
});
afterEach(() => {
  handoff.stop();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

describe('refusals', () => {
  test('a blocked tab returns null', () => {
    open.mockReturnValue(null);
    expect(handOffToCommunity(communityUrl, payload)).toBeNull();
  });

  test.each([
    ['another origin', { origin: 'https://impostor.example' }],
    ['a subdomain', { origin: 'https://a.community.example' }],
    ['another port', { origin: 'https://community.example:8443' }],
    ['plain HTTP', { origin: 'http://community.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['another tab of the same origin', { source: new FakeTab() }],
  ])('a message from %s gets no response', (_case, from) => {
    post('loaded', from);
    expect(tab.received).toEqual([]);
  });

  test.each([['Loaded'], ['loaded '], [{ type: 'loaded' }], [null]])(
    'the message %j gets no response',
    (data) => {
      post(data);
      expect(tab.received).toEqual([]);
    },
  );

  test('nothing is sent after the hand-off was stopped', async () => {
    handoff.stop();
    post('loaded');
    expect(tab.received).toEqual([]);
    expect(await handoff.ended).toBe('stopped');
  });

  test('a closed tab ends the wait', async () => {
    tab.closed = true;
    await jest.advanceTimersByTimeAsync(500);
    expect(await handoff.ended).toBe('closed');
    post('loaded');
    expect(tab.received).toEqual([]);
  });
});

test('opens the upload page of the community site', () => {
  expect(open).toHaveBeenCalledWith('https://community.example/chats/upload', '_blank');
});

test('sends the chat once, to exactly that origin', async () => {
  post('loaded');
  post('loaded');
  expect(tab.received).toEqual([{ data: JSON.stringify(payload), origin: communityUrl }]);
  expect(await handoff.ended).toBe('sent');
});
