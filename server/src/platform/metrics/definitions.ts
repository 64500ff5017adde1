/** Upper bounds in seconds of requests, which include uploads and downloads. */
const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Upper bounds in seconds of statements and transactions. */
const databaseBuckets = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** Upper bounds in seconds of what a model does. */
const modelBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300, 600];
/** Upper bounds in seconds of commands to Redis. */
const redisBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

export interface Definition {
  name: string;
  help: string;
  /** Each has few values. Ids, addresses and anything a person wrote are never labels. */
  labels: readonly string[];
}
interface HistogramDefinition extends Definition {
  buckets: readonly number[];
}

/** Durations in seconds. */
export const histograms = {
  request: {
    name: 'parley_http_request_duration_seconds',
    help: 'Requests by method, route pattern and status. 499: the client closed the connection first.',
    labels: ['method', 'route', 'status'],
    buckets: requestBuckets,
  },
  socketEvent: {
    name: 'parley_socket_event_duration_seconds',
    help: 'Events of sockets, by name and whether they were done, refused or failed.',
    labels: ['event', 'result'],
    buckets: requestBuckets,
  },
  modelFirstToken: {
    name: 'parley_model_first_token_seconds',
    help: 'From the request to a model until the first piece of its answer.',
    labels: [],
    buckets: modelBuckets,
  },
  modelAnswer: {
    name: 'parley_model_answer_duration_seconds',
    help: 'From the request to a model until the end of its answer, by how it ended.',
    labels: ['outcome'],
    buckets: modelBuckets,
  },
  database: {
    name: 'parley_database_duration_seconds',
    help: 'Statements outside transactions, and whole transactions, without the wait for a connection.',
    labels: ['kind'],
    buckets: databaseBuckets,
  },
  databaseWait: {
    name: 'parley_database_wait_seconds',
    help: 'Waiting for a database connection; on SQLite for the only writer.',
    labels: ['kind'],
    buckets: databaseBuckets,
  },
  redis: {
    name: 'parley_redis_duration_seconds',
    help: 'Commands to Redis, by whether it replied in time.',
    labels: ['result'],
    buckets: redisBuckets,
  },
} as const satisfies Record<string, HistogramDefinition>;

export const counters = {
  modelError: {
    name: 'parley_model_errors_total',
    help: 'Failed requests to models, by kind.',
    labels: ['kind'],
  },
  sharedPage: {
    name: 'parley_shared_pages_total',
    help: 'Shared pages that were opened, and those that were refused: unknown, revoked, expired or not for this person.',
    labels: ['result'],
  },
} as const satisfies Record<string, Definition>;

/** Values that are read when the metrics are. */
export const gauges = {
  info: {
    name: 'parley_info',
    help: 'The version of Parley and its database.',
    labels: ['version', 'database'],
  },
  connections: { name: 'parley_connections', help: 'Open TCP connections, WebSockets included.', labels: [] },
  sockets: { name: 'parley_sockets', help: 'Connected sockets of browsers: one per open tab.', labels: [] },
  answers: { name: 'parley_answers_running', help: 'Answers that this node is writing.', labels: [] },
  imports: {
    name: 'parley_imports_running',
    help: 'Imports on this node, waiting ones included.',
    labels: [],
  },
  waiting: {
    name: 'parley_queue_waiting',
    help: 'What waits for its turn on this node, by queue.',
    labels: ['queue'],
  },
  databaseConnections: {
    name: 'parley_database_connections',
    help: 'Connections to the database, by what they are for and whether they are in use.',
    labels: ['kind', 'state'],
  },
  clusterShared: {
    name: 'parley_cluster_shared',
    help: 'Whether this node shares its database with other nodes (1) or is the only one (0).',
    labels: [],
  },
  clusterConnected: {
    name: 'parley_cluster_connected',
    help: 'Whether this node reaches the others through Redis now (1) or not (0). Always 1 on a single node.',
    labels: [],
  },
} as const satisfies Record<string, Definition>;

export type HistogramName = keyof typeof histograms;
export type CounterName = keyof typeof counters;
export type GaugeName = keyof typeof gauges;
/** The value of each label. */
export type LabelsOf<D extends Definition> = { [L in D['labels'][number]]: string };

/** A value that is read when the metrics are. */
export interface GaugeSource {
  name: GaugeName;
  labels: Record<string, string>;
  read: () => number;
}
