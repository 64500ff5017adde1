import type { CommunityPayload } from '#shared/community';

/** Milliseconds between two checks whether the other tab was closed; browsers send no event for it. */
const pollIntervalMs = 500;

export type HandoffOutcome = 'sent' | 'closed' | 'stopped';

export interface Handoff {
  ended: Promise<HandoffOutcome>;
  /** Stops waiting. */
  stop(): void;
}

/**
 * Hands a chat to the community site in a new tab: the tab posts `"loaded"`, and the opener posts
 * `JSON.stringify({ chat, models })` back, once. Only a message of that tab from exactly the origin of `communityUrl`
 * counts, and the chat is posted to that origin alone. Call it directly in a click handler. Returns null when the
 * browser blocked the tab. Source of the protocol: Open WebUI, `shareChat` in
 * `src/lib/components/chat/ShareChatModal.svelte`.
 */
export function handOffToCommunity(communityUrl: string, payload: CommunityPayload): Handoff | null {
  const { origin } = new URL(communityUrl);
  const tab = window.open(`${communityUrl}/chats/upload`, '_blank');
  if (!tab) return null;

  let resolve: (outcome: HandoffOutcome) => void = () => undefined;
  const ended = new Promise<HandoffOutcome>((settle) => (resolve = settle));
  const finish = (outcome: HandoffOutcome): void => {
    window.removeEventListener('message', receive);
    clearInterval(timer);
    resolve(outcome);
  };
  const receive = (event: MessageEvent<unknown>): void => {
    if (event.origin !== origin || event.source !== tab || event.data !== 'loaded') return;
    tab.postMessage(JSON.stringify(payload), origin);
    finish('sent');
  };
  const timer = setInterval(() => {
    if (tab.closed) finish('closed');
  }, pollIntervalMs);
  window.addEventListener('message', receive);
  return { ended, stop: () => finish('stopped') };
}
