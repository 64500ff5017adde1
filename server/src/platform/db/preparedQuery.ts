import type { Db, Store } from './store.ts';

/**
 * A query that is asked with every request, built once for each connection instead of each time: building costs more
 * than the database takes to answer. `build` prepares it with `sql.placeholder` where values go.
 */
export function preparedQuery<Query>(store: Store, build: (db: Db) => Query): () => Query {
  const built = new WeakMap<object, Query>();
  return () => {
    const { db } = store;
    let query = built.get(db);
    if (query === undefined) {
      query = build(db);
      built.set(db, query);
    }
    return query;
  };
}
