import type { Db, Store } from './store.ts';

/**
 * Returns a query that is built once per connection instead of once per call, for queries that run with every request:
 * building takes longer than running them. `build` prepares the query with `sql.placeholder` in place of values.
 */
export function preparedQuery<Query>(store: Store, build: (db: Db) => Query): () => Query {
  const queries = new WeakMap<object, Query>();
  return () => {
    const { db } = store;
    let query = queries.get(db);
    if (query === undefined) {
      query = build(db);
      queries.set(db, query);
    }
    return query;
  };
}
