/** A model server with its API key, which is never sent to browsers. */
export interface ModelConnection {
  id: string;
  name: string;
  baseUrl: string;
  apiKey: string | null;
  enabled: boolean;
  /** Set by an environment variable and therefore read-only. */
  locked: boolean;
  /** Changes with every setting that affects which models the connection serves. */
  revision: string;
}
