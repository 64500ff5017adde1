import type { Actor } from '../../platform/policy.ts';

// Chats and sharing are built on accounts, so users cannot import them: `features.ts` passes this in.

/** What other features store for an account, as far as the end of the account concerns it. */
export interface AccountData {
  /** Revokes all live links of the owner. Called inside a transaction; their open pages close after it. */
  revokeLinks(admin: Actor, ownerId: string): Promise<void>;
  /** Deletes all chats of the owner with their links, in one transaction per chat. Returns their number. */
  deleteChats(admin: Actor, ownerId: string): Promise<number>;
  /** Removes the person from the audiences of all links. Called inside a transaction. */
  leaveAudiences(userId: string): Promise<void>;
}
