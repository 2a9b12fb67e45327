import { parseObject, type Json } from './json.ts';
import type { Memory } from './memory.ts';
import { jsonReply, refusalReply, type AwsCall, type AwsReply, type Params } from './message.ts';

/** Where a correction stands: what is behind it, and what it may remember. */
export type Site = {
  readonly account: string;
  readonly memory: Memory;
  readonly moto: (call: AwsCall) => Promise<AwsReply>;
};

/** One call that moto does not know or answers wrongly. */
export type Correction = {
  /** As the scope of a signature names it. */
  readonly service: string;
  /** The name of an operation, or `GET /clusters/{name}?query` for the services that have none. */
  readonly on: string;
  readonly handle: (call: AwsCall, site: Site) => AwsReply | Promise<AwsReply>;
};

type Matcher = (call: AwsCall) => Params | undefined;

/** The corrections, ready to be asked; the first whose pattern fits takes the call. */
export class Corrections {
  readonly #byService: ReadonlyMap<string, readonly { readonly match: Matcher; readonly correction: Correction }[]>;

  constructor(corrections: readonly Correction[]) {
    const entries = corrections.map((correction) => ({ match: matcherOf(correction.on), correction }));
    this.#byService = Map.groupBy(entries, ({ correction }) => correction.service);
  }

  /** The answer to the call, or undefined when no correction is about it. */
  answer(call: AwsCall, site: Site): Promise<AwsReply> | AwsReply | undefined {
    for (const { match, correction } of this.#byService.get(call.service) ?? []) {
      const params = match(call);
      if (params !== undefined) return correction.handle(call.with({}, params), site);
    }
    return undefined;
  }
}

function matcherOf(on: string): Matcher {
  const [, method, path = '', flag] = /^([A-Z]+) ([^?]+)(?:\?([\w-]+))?$/.exec(on) ?? [];
  if (method === undefined) return (call) => (call.operation === on ? {} : undefined);
  const pattern = new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`);
  return (call) => {
    if (call.method !== method || (flag !== undefined && !call.query.has(flag))) return undefined;
    const match = pattern.exec(call.path);
    if (match === null) return undefined;
    const groups = Object.entries(match.groups ?? {});
    return Object.fromEntries(groups.map(([name, text]) => [name, decodeURIComponent(text)]));
  };
}

export function arn(site: Site, service: string, region: string, rest: string): string {
  return `arn:aws:${service}:${region}:${site.account}:${rest}`;
}

export function notFound(call: AwsCall, what: string, code = 'ResourceNotFoundException'): AwsReply {
  return refusalReply(call, { status: 404, code, message: `stand-in: ${what} not found` });
}

/** The record of that name as a reply, or that there is none. */
export function found(
  call: AwsCall,
  { shelf, name, wrap = (record) => record, code = 'ResourceNotFoundException' }: Lookup,
): AwsReply {
  const record = shelf.get(name);
  return record === undefined ? notFound(call, name, code) : jsonReply(wrap(record));
}

/** Takes the record away and shows it a last time. */
export function taken(call: AwsCall, lookup: Lookup): AwsReply {
  const reply = found(call, lookup);
  lookup.shelf.delete(lookup.name);
  return reply;
}

export type Lookup = {
  readonly shelf: Map<string, Json>;
  readonly name: string;
  readonly wrap?: (record: Json) => Json;
  /** How the service says that there is none; default `ResourceNotFoundException`. */
  readonly code?: string;
};

export function kept({ shelf, name, wrap = (record) => record }: Lookup, record: Json): AwsReply {
  shelf.set(name, record);
  return jsonReply(wrap(record));
}

/** Changes an answer of JSON; a refusal of moto's stays as it is. */
export function amendJson(reply: AwsReply, change: (body: Json) => Json): AwsReply {
  return amendText(reply, (text) => JSON.stringify(change(parseObject(text))));
}

export function amendText(reply: AwsReply, change: (text: string) => string): AwsReply {
  return reply.status >= 300 ? reply : { ...reply, body: Buffer.from(change(reply.body.toString())) };
}
