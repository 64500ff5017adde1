/** Conversations in the export formats of other products. Every factory accepts fields to override. */
type Fields = Record<string, unknown>;

/** 2025-01-01 12:00 UTC in seconds, the unit of both products. */
export const exportedAt = 1_735_732_800;

let created = 0;
const newId = () => `conversation-${++created}`;

export const openWebuiMessage = (id: string, parentId: string | null, fields: Fields = {}): Fields => ({
  id,
  parentId,
  childrenIds: [],
  role: 'user',
  content: `Message ${id}`,
  timestamp: exportedAt,
  ...fields,
});

/** Returns messages in the format of `history.messages`, with lists of children. */
export function openWebuiHistory(messages: Fields[], currentId?: string): Fields {
  const entries = messages.map((message) => {
    const children = messages.filter(({ parentId }) => parentId === message.id).map(({ id }) => id);
    return [message.id as string, { ...message, childrenIds: children }] as const;
  });
  return { currentId: currentId ?? messages.at(-1)?.id, messages: Object.fromEntries(entries) };
}

/** Returns a chat with a question and its answer, or with the given history. */
export function openWebuiChat(fields: Fields = {}, history?: Fields): Fields {
  const exchange = openWebuiHistory([
    openWebuiMessage('q1', null, { content: 'What is a tree?' }),
    openWebuiMessage('a1', 'q1', {
      role: 'assistant',
      content: 'A graph without cycles.',
      model: 'llama3.2',
    }),
  ]);
  return {
    id: newId(),
    user_id: 'someone',
    title: 'Trees',
    chat: { title: 'Trees', models: ['llama3.2'], params: {}, history: history ?? exchange, timestamp: 0 },
    created_at: exportedAt,
    updated_at: exportedAt + 60,
    archived: false,
    pinned: false,
    ...fields,
  };
}

/** Returns one node of a ChatGPT conversation. `message` overrides fields of its message. */
export const chatgptNode = (
  id: string,
  parent: string | null,
  role: string | null,
  text: string,
  message: Fields = {},
): Fields => ({
  id,
  parent,
  children: [],
  message: role && {
    id,
    author: { role, name: null, metadata: {} },
    create_time: exportedAt + 0.25,
    content: { content_type: 'text', parts: [text] },
    weight: 1,
    metadata: role === 'assistant' ? { model_slug: 'gpt-5' } : {},
    recipient: 'all',
    ...message,
  },
});

export function chatgptConversation(nodes: Fields[], fields: Fields = {}): Fields {
  const entries = nodes.map((node) => {
    const children = nodes.filter(({ parent }) => parent === node.id).map(({ id }) => id);
    return [node.id as string, { ...node, children }] as const;
  });
  const id = newId();
  return {
    title: 'Forests',
    create_time: exportedAt + 0.25,
    update_time: exportedAt + 60.5,
    mapping: Object.fromEntries(entries),
    current_node: nodes.at(-1)?.id,
    conversation_id: id,
    id,
    is_archived: false,
    is_starred: null,
    default_model_slug: 'gpt-5',
    ...fields,
  };
}

/** Returns a root, a hidden system message, a question and its answer, like the start of every conversation. */
export const chatgptExchange = (): Fields[] => [
  chatgptNode('root', null, null, ''),
  chatgptNode('system', 'root', 'system', '', { weight: 0 }),
  chatgptNode('q1', 'system', 'user', 'What is a forest?'),
  chatgptNode('a1', 'q1', 'assistant', 'Many trees.'),
];
