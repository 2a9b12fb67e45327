import type { IncomingMessage } from 'node:http';
import type { FlatHeaders } from './http/answer.ts';
import type { Problem } from './http/problem.ts';

/** What is decided about a request before it is looked at. */
export type Admission = {
  readonly headers: FlatHeaders;
  /** Why it is refused; undefined = it may go on. */
  readonly refused?: Problem;
  /** Gives back what the request took of its client's rate: an answer without content costs nothing. */
  readonly refund?: () => void;
  /** Already answered in full: a preflight. */
  readonly answered?: { readonly status: number };
};

/** Who may read, and how much. */
export type Access = {
  /** Do answers belong to one caller, so that no shared cache may keep them? */
  readonly isPrivate: boolean;
  /** At once where it can be: a promise costs the hot path. `isOpen` = the route shows no data. */
  readonly admit: (request: IncomingMessage, isOpen: boolean) => Admission | Promise<Admission>;
};
