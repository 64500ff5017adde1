import type { CommunityPayload } from '#shared/community';

/** Milliseconds between looks whether the other tab was closed; browsers do not tell. */
const lookEveryMs = 500;

export type HandoffOutcome = 'sent' | 'closed' | 'stopped';

export interface Handoff {
  ended: Promise<HandoffOutcome>;
  /** Stops waiting. */
  stop(): void;
}

/**
 * Hands a chat to the community site in a new tab: the tab posts `"loaded"`, the opener answers once with
 * `JSON.stringify({ chat, models })`. Only a message of that very tab from exactly `communityUrl`'s origin counts, and
 * the answer goes to that origin alone. Call it right in the handler of the click; null when the browser blocked the
 * tab. Source of the protocol: Open WebUI, `shareChat` in `src/lib/components/chat/ShareChatModal.svelte`.
 */
export function handOffToCommunity(communityUrl: string, payload: CommunityPayload): Handoff | null {
  const { origin } = new URL(communityUrl);
  const tab = window.open(`${communityUrl}/chats/upload`, '_blank');
  if (!tab) return null;

  let end: (how: HandoffOutcome) => void = () => undefined;
  const ended = new Promise<HandoffOutcome>((resolve) => (end = resolve));
  const finish = (how: HandoffOutcome): void => {
    window.removeEventListener('message', listen);
    clearInterval(timer);
    end(how);
  };
  const listen = (event: MessageEvent<unknown>): void => {
    if (event.origin !== origin || event.source !== tab || event.data !== 'loaded') return;
    tab.postMessage(JSON.stringify(payload), origin);
    finish('sent');
  };
  const timer = setInterval(() => {
    if (tab.closed) finish('closed');
  }, lookEveryMs);
  window.addEventListener('message', listen);
  return { ended, stop: () => finish('stopped') };
}
