/** A model server as it is used: with its key, which never leaves the server. */
export interface ModelConnection {
  id: string;
  name: string;
  baseUrl: string;
  apiKey: string | null;
  enabled: boolean;
  /** Set by the environment: cannot be changed here. */
  locked: boolean;
  /** Changes with everything that decides what the connection serves. */
  revision: string;
}
