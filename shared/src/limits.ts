/** Named bounds of what the product accepts, each with its unit and reason. */
export const limits = {
  /** Characters. Enough for any real title; the lists show about 60. */
  title: 300,
  /** Characters of a person's name. */
  name: 100,
  /** Characters; the longest address SMTP allows. */
  email: 254,
  /** Characters. Long enough to resist guessing without rules of composition (OWASP ASVS 6.2.1). */
  passwordMin: 8,
  /** Characters. argon2 has no limit of its own; this bounds the work of one request. */
  passwordMax: 512,
  /** Characters of one question or edited message, about 60,000 tokens. */
  messageContent: 250_000,
  /** Characters of a system prompt. */
  systemPrompt: 50_000,
  /** Characters kept of one model answer; a model that never stops is cut off here. */
  answerContent: 1_000_000,
  /** Bytes of a JSON request body. A question of the longest kind, in four-byte characters. */
  jsonBodyBytes: 1_500_000,
  /** Rows a list answers with when it is not asked for a number, and at most. */
  pageSizeDefault: 30,
  pageSizeMax: 100,
  /** Messages of the active branch that opening a chat sends; earlier ones are paged. */
  branchPageSize: 50,
  branchPageSizeMax: 200,
  /** Messages one chat may hold, so that walking a tree stays bounded. */
  messagesPerChat: 20_000,
  /** Characters of serialised messages in one shared snapshot. */
  snapshotChars: 20_000_000,
  /** Characters of a search query. */
  searchQuery: 200,
  /** Links revoked by one request that names them. */
  revokeBatch: 500,
  /** People and groups named in one link's audience. */
  audienceSize: 200,
  /** Answers one person may have streaming at once. */
  streamsPerUser: 8,
  /** Bytes of an uploaded import. ChatGPT exports carry their pictures in the ZIP. */
  importUploadBytes: 2_000_000_000,
  /** Bytes of one conversation inside an import, and of all JSON unpacked from a ZIP. */
  importConversationBytes: 64_000_000,
  importUnpackedBytes: 2_000_000_000,
  /** Milliseconds within which a revoked link can be restored: the toast shows Undo for as long. */
  undoWindowMs: 10_000,
} as const;
