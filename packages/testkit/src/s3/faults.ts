import { refuse } from './message.ts';

/** A fault that S3 itself answers with: status, code. */
const ANSWERS = {
  'precondition-failed': [412, 'PreconditionFailed'],
  conflict: [409, 'ConditionalRequestConflict'],
  'slow-down': [503, 'SlowDown'],
  unavailable: [503, 'ServiceUnavailable'],
  internal: [500, 'InternalError'],
  'request-timeout': [400, 'RequestTimeout'],
  'expired-token': [400, 'ExpiredToken'],
  'access-denied': [403, 'AccessDenied'],
  'invalid-key': [403, 'InvalidAccessKeyId'],
  'bad-signature': [403, 'SignatureDoesNotMatch'],
  'kms-disabled': [400, 'KMS.DisabledException'],
  'no-such-bucket': [404, 'NoSuchBucket'],
  'wrong-region': [301, 'PermanentRedirect'],
} as const satisfies Record<string, readonly [number, string]>;

/** What happens on the wire, before the request took effect or after it. */
const MANNERS = [
  'reset-before',
  'reset-after',
  'hang-before',
  'hang-after',
  'internal-after',
  'truncate',
  'corrupt',
  'latency',
  'skewed-clock',
] as const;

export type Manner = (typeof MANNERS)[number];
export type FaultKind = keyof typeof ANSWERS | Manner;

export const FAULT_KINDS: readonly FaultKind[] = [...Object.keys(ANSWERS).filter(isAnswer), ...MANNERS];

/** A rule of a fault script: whom it hits, and how often. Absent matchers match all. */
export type FaultRule = {
  readonly fault: FaultKind;
  /** The API's name, such as `PutObject` or `AssumeRoleWithWebIdentity`. */
  readonly operation?: string;
  readonly method?: string;
  /** A whole key, or the start of one followed by `*`. */
  readonly key?: string;
  /** Lets this many matching requests through first; default 0. */
  readonly after?: number;
  /** Looks at this many requests after those; default: all. */
  readonly times?: number;
  /** Of those that it looks at, hits the first of every so many; default 1 = all. */
  readonly every?: number;
  /** Of `latency` and `skewed-clock`, milliseconds. */
  readonly ms?: number;
};

export type Target = { readonly operation: string; readonly method: string; readonly key: string };

/** Which rule hits the next request, counting as it goes; the first that does, wins. */
export class FaultScript {
  readonly rules: readonly FaultRule[];
  readonly #seen: number[];

  constructor(rules: readonly FaultRule[] = []) {
    this.rules = rules;
    this.#seen = rules.map(() => 0);
  }

  next(target: Target): FaultRule | undefined {
    for (const [at, rule] of this.rules.entries()) {
      if (!matches(rule, target)) continue;
      const seen = this.#seen[at] ?? 0;
      this.#seen[at] = seen + 1;
      const { after = 0, times = Number.POSITIVE_INFINITY, every = 1 } = rule;
      if (seen >= after && seen < after + times && (seen - after) % every === 0) return rule;
    }
    return undefined;
  }
}

/** Throws the answer of a fault that is one; others happen on the wire. */
export function refuseFor(kind: FaultKind): void {
  if (isAnswer(kind)) refuse(ANSWERS[kind][0], ANSWERS[kind][1], 'injected by the fault script');
}

/** Reads a script that came over HTTP. */
export function parseScript(text: string): FaultRule[] {
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed)) throw new TypeError('expected a JSON array of fault rules');
  return parsed.map((rule: unknown) => {
    const isRule = typeof rule === 'object' && rule !== null && 'fault' in rule;
    const fault = isRule ? FAULT_KINDS.find((kind) => kind === rule.fault) : undefined;
    if (!isRule || fault === undefined) throw new TypeError(`expected a fault of ${FAULT_KINDS.join(', ')}`);
    return { ...rule, fault };
  });
}

function isAnswer(kind: string): kind is keyof typeof ANSWERS {
  return Object.hasOwn(ANSWERS, kind);
}

function matches({ operation, method, key }: FaultRule, target: Target): boolean {
  if (operation !== undefined && operation !== target.operation) return false;
  if (method !== undefined && method !== target.method) return false;
  if (key === undefined) return true;
  return key.endsWith('*') ? target.key.startsWith(key.slice(0, -1)) : target.key === key;
}

export function isManner(kind: FaultKind): kind is Manner {
  return !isAnswer(kind);
}
