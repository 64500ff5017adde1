/** Bounds of what the product accepts, each with its unit and reason. */
export const limits = {
  /** Characters. Enough for any real title; lists show about 60. */
  title: 300,
  /** Characters of a person's name. */
  name: 100,
  /** Characters; the longest address SMTP allows. */
  email: 254,
  /** Characters. Long enough to resist guessing without composition rules (OWASP ASVS 6.2.1). */
  passwordMin: 8,
  /** Characters. argon2 has no limit; this one bounds the work of a request. */
  passwordMax: 512,
  /** Characters of the secret part of a one-time link; more than any that was issued. */
  linkToken: 200,
  /** Milliseconds for which an invitation and a link to reset a password work: a week, and a day. */
  inviteLifetimeMs: 7 * 24 * 60 * 60_000,
  resetLifetimeMs: 24 * 60 * 60_000,
  /** Characters of one question or edited message, about 60,000 tokens. */
  messageContent: 250_000,
  /** Characters of a system prompt. */
  systemPrompt: 50_000,
  /** Characters of one answer; an answer that reaches this length is cut off. */
  answerContent: 1_000_000,
  /** Bytes of a JSON request body: enough for the longest question in four-byte characters. */
  jsonBodyBytes: 1_500_000,
  /** Bytes of a JSON request body of someone who is not a member: enough for a name, an email and two passwords. */
  strangerBodyBytes: 16_000,
  /** Rows of one list page, by default and at most. */
  pageSizeDefault: 30,
  pageSizeMax: 100,
  /** Messages of the active branch that opening a chat returns; earlier ones are paged. */
  branchPageSize: 50,
  branchPageSizeMax: 200,
  /** Messages in one chat, so that the work of walking its tree is bounded. */
  messagesPerChat: 20_000,
  /** Characters of serialized messages in one snapshot. */
  snapshotChars: 20_000_000,
  /** Characters of a search query. */
  searchQuery: 200,
  /** Links named in one revoke request. */
  revokeBatch: 500,
  /** People and groups in the audience of one link. */
  audienceSize: 200,
  /** Answers one person may have streaming at once. */
  streamsPerUser: 8,
  /** Bytes of an uploaded import. ChatGPT exports contain their pictures. */
  importUploadBytes: 2_000_000_000,
  /** Bytes of one conversation in an import, and of all JSON unpacked from a ZIP. */
  importConversationBytes: 64_000_000,
  importUnpackedBytes: 2_000_000_000,
  /** Milliseconds within which a revoked link can be restored: as long as the toast shows Undo. */
  undoWindowMs: 10_000,
} as const;
