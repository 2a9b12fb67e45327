import { refuse } from './message.ts';

/** A fault that is an answer: status, Vault's words. */
const ANSWERS = {
  sealed: [503, 'Vault is sealed'],
  'not-initialised': [501, 'Vault is not initialized'],
  standby: [429, 'standby'],
  'dr-standby': [472, 'disaster recovery secondary'],
  'performance-standby': [473, 'performance standby'],
  internal: [500, 'internal error'],
  'bad-gateway': [502, 'upstream'],
  denied: [403, 'permission denied'],
  'bad-request': [400, 'failed to parse JSON input'],
} as const satisfies Record<string, readonly [number, string]>;

/** What happens on the wire, before the request took effect or after it. */
const MANNERS = ['reset-before', 'reset-after', 'hang', 'slow', 'truncate', 'html', 'redirect', 'echo'] as const;

export type VaultFaultKind = keyof typeof ANSWERS | (typeof MANNERS)[number];

export const VAULT_FAULT_KINDS: readonly VaultFaultKind[] = [...Object.keys(ANSWERS).filter(isAnswer), ...MANNERS];

/** A rule of a fault script. Absent matchers match all; the first rule that hits, wins. */
export type VaultFaultRule = {
  readonly fault: VaultFaultKind;
  /** The start of a path without `/v1/`. */
  readonly path?: string;
  /** Lets this many matching requests through first; default 0. */
  readonly after?: number;
  /** Hits this many; default: all. */
  readonly times?: number;
  /** Of `slow`, milliseconds. */
  readonly ms?: number;
  /** Of `redirect`, where to. */
  readonly to?: string;
};

/** Which rule hits the next request, counting as it goes. */
export class VaultFaultScript {
  readonly #rules: readonly VaultFaultRule[];
  readonly #seen: number[];

  constructor(rules: readonly VaultFaultRule[] = []) {
    this.#rules = rules;
    this.#seen = rules.map(() => 0);
  }

  next(path: string): VaultFaultRule | undefined {
    for (const [at, rule] of this.#rules.entries()) {
      if (!path.startsWith(rule.path ?? '')) continue;
      const seen = this.#seen[at] ?? 0;
      this.#seen[at] = seen + 1;
      const { after = 0, times = Number.POSITIVE_INFINITY } = rule;
      if (seen >= after && seen < after + times) return rule;
    }
    return undefined;
  }
}

/** Throws the answer of a fault that is one. */
export function refuseFor({ fault }: VaultFaultRule): void {
  if (isAnswer(fault)) refuse(ANSWERS[fault][0], ANSWERS[fault][1]);
}

function isAnswer(kind: string): kind is keyof typeof ANSWERS {
  return Object.hasOwn(ANSWERS, kind);
}
