/** A moment of a test is one of these: a number and s, m, h or d. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`;

export interface MessageFilter {
  pool?: string;
  /** A user name, `sub`, address or number. */
  user?: string;
  /** An address or a number. */
  to?: string;
  kind?: string;
  /** Only messages behind this id. */
  after?: string;
  /** Seconds to wait for the first one, at most 60. */
  wait?: number;
}

export interface Message {
  id: string;
  /** Seconds since the epoch. */
  time: number;
  pool: string;
  user: string;
  to: string;
  channel: 'EMAIL' | 'SMS';
  kind: string;
  subject: string | null;
  body: string;
  /** The code or temporary password in it. */
  code: string;
}

export interface PoolUser {
  /** The pool's id. */
  pool: string;
  username: string;
}

export interface PasskeyUser {
  /** The client's id. */
  client: string;
  username: string;
  /** The origin of the page on which it happens, for pages of this server. */
  origin?: string;
}

export interface Passkey {
  credentialId: string;
  rpId: string;
  pool: string;
  username: string;
}

/** AuthenticationResponseJSON. */
export interface PasskeyCredential {
  id: string;
  rawId: string;
  type: 'public-key';
  authenticatorAttachment: string;
  clientExtensionResults: Record<string, unknown>;
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle: string };
}

export interface Snapshot {
  name: string;
  bytes: number;
  /** RFC 3339. */
  made: string;
}

export interface World {
  name: string;
  /** What it takes on the disk, with its snapshots. */
  bytes: number;
  /** RFC 3339. */
  made: string;
  /** RFC 3339: when it was last asked for. */
  used: string;
}

/** CloudEvents 1.0. */
export interface Event {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  time: string;
  cursor: string;
  subject?: string;
  datacontenttype: 'application/json';
  data: Record<string, unknown> & { operation: string };
}

export interface EventFilter {
  pool: string;
  /** The cursor behind which to read. */
  after?: string;
  /** Seconds to wait for the first one, at most 60. */
  wait?: number;
}

/** What the server refuses, with its status. */
export class CognateError extends Error {
  readonly status: number;
}

/** A running `cognate dev`. */
export class Cognate {
  constructor(endpoint?: string);
  readonly endpoint: string;
  /** The options of an AWS SDK client. */
  readonly clientConfig: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** The messages to users that match, newest first. */
  messages(filter?: MessageFilter): Promise<Message[]>;
  /** The newest message that matches; waits ten seconds for one. */
  message(filter?: MessageFilter): Promise<Message>;
  /** The code in that message. */
  code(filter?: MessageFilter): Promise<string>;
  /** The service's time. */
  now(): Promise<Date>;
  /** Moves the service's time ahead. */
  advance(by: Duration): Promise<Date>;
  /** Deletes every pool. */
  reset(): Promise<void>;
  /** A code of the user's authenticator app that is good now; waits for one if all were used. */
  totp(user: PoolUser): Promise<{ code: string; seconds: number }>;
  snapshot(name: string): Promise<Snapshot>;
  restore(name: string): Promise<void>;
  snapshots(): Promise<Snapshot[]>;
  deleteSnapshot(name: string): Promise<void>;
  /**
   * The world with a name: a state beside the server's own, which begins as a copy of it when it is first asked for. Clients of it
   * have its endpoint.
   */
  world(name: string): Cognate;
  /** The worlds of a server; a world has none. */
  worlds(): Promise<World[]>;
  deleteWorld(name: string): Promise<void>;
  /** Registers a passkey that the server itself holds. */
  createPasskey(user: PasskeyUser): Promise<Passkey>;
  /** Answers what CREDENTIAL_REQUEST_OPTIONS says. CREDENTIAL is the JSON text of the answer. */
  answerPasskey(
    options: string | object,
    more?: { origin?: string; credentialId?: string },
  ): Promise<PasskeyCredential>;
  /** Lets codes or tokens of the user expire; returns how many. */
  expire(user: PoolUser, what: 'code' | 'refresh-token' | 'session'): Promise<number>;
  /** Events of a pool, newest first, and the cursor behind them. */
  events(filter: EventFilter): Promise<{ events: Event[]; cursor: string }>;
}

/** A `cognate dev` of this program's own, which ends with `stop` and with this program. */
export class StartedCognate extends Cognate {
  stop(): Promise<void>;
}

export interface StartOptions {
  /** The program, and arguments before `dev`. */
  command?: string | string[];
  /** Flags, as in `cognate dev --help`. */
  args?: string[];
  env?: Record<string, string>;
}

/** Starts a server on a free port, with its data in a temporary folder. */
export function start(options?: StartOptions): Promise<StartedCognate>;

/** The server at `endpoint` or TEST_COGNATE_ENDPOINT if there is one, else one of this program's own. `stop` ends only the latter. */
export function connect(options?: StartOptions & { endpoint?: string }): Promise<Cognate & { stop(): Promise<void> }>;
