/** A request as the routes see it. */
export type VaultCall = {
  readonly method: string;
  /** Without `/v1/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty = none was sent. */
  readonly token: string;
  readonly body: Readonly<Record<string, unknown>>;
};

export type VaultReply = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** An answer in Vault's form: `{"errors": [...]}`. */
export class VaultRefusal extends Error {
  readonly status: number;
  readonly errors: readonly string[];

  constructor(status: number, errors: readonly string[]) {
    super(errors.join('; '));
    this.status = status;
    this.errors = errors;
  }
}

export function refuse(status: number, ...errors: readonly string[]): never {
  throw new VaultRefusal(status, errors);
}

/** What a request is denied with after its token was found. */
export const DENIED = '1 error occurred:\n\t* permission denied\n\n';

export function textOf(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  return typeof value === 'string' ? value : '';
}

/** A list, also as the comma-separated text that Vault takes for one. */
export function listOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' && value !== '' ? value.split(',').map((one) => one.trim()) : [];
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds, given as a number or as `15m`. */
export function secondsOf(value: unknown): number {
  if (typeof value === 'number') return value;
  const [, digits, unit = 's'] = /^(\d+)([smhd]?)$/.exec(typeof value === 'string' ? value : '') ?? [];
  return digits === undefined ? 0 : Number(digits) * (UNITS[unit || 's'] ?? 1);
}
