import type { KubernetesRole } from './kubernetes.ts';
import { KeyValue } from './kv.ts';
import { DEFAULT_POLICY, parsePolicy, type PathRule } from './policies.ts';
import { Tokens } from './tokens.ts';

export type Mount = {
  readonly type: string;
  readonly options: Readonly<Record<string, string>>;
  readonly description: string;
  readonly kv?: KeyValue;
};

export type AuthMethod = {
  readonly type: string;
  readonly description: string;
  readonly roles: Map<string, KubernetesRole>;
  config: Readonly<Record<string, unknown>> | undefined;
};

/** Everything that the server knows; routes read and change it. */
export class VaultState {
  isInitialised = true;
  isSealed = false;
  /** Policies in HCL by name. */
  readonly policies = new Map<string, string>([['default', DEFAULT_POLICY]]);
  /** Secrets engines by their path, without a slash at its end. */
  readonly mounts = new Map<string, Mount>();
  /** Auth methods by their path below `auth/`. */
  readonly auths = new Map<string, AuthMethod>();
  readonly audits = new Map<string, Readonly<Record<string, unknown>>>();
  readonly tokens = new Tokens();
  readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  mountKv(path: string): KeyValue {
    const kv = new KeyValue();
    this.mounts.set(path, { type: 'kv', options: { version: '2' }, description: '', kv });
    return kv;
  }

  enableKubernetes(path: string): AuthMethod {
    const method: AuthMethod = { type: 'kubernetes', description: '', roles: new Map(), config: {} };
    this.auths.set(path, method);
    return method;
  }

  /** The rules of a token's policies; undefined = root, which may do everything. */
  rulesOf(policies: readonly string[]): readonly PathRule[] | undefined {
    if (policies.includes('root')) return undefined;
    return policies.flatMap((name) => parsePolicy(this.policies.get(name) ?? ''));
  }
}
