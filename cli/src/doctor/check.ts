import { ConfigurationError, WeatherlineError } from '@weatherline/runtime';

/** `skipped` = not asked here, and the detail says why. */
export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** What one look has found; `fix` is a command or an action, and null when there is nothing to do. */
export type Finding = { readonly status: Status; readonly detail: string; readonly fix: string | null };

/** One line of the report. These four fields are what `--json` prints, and stay. */
export type Checked = Finding & { readonly name: string };

export type Check = {
  readonly name: string;
  /** An earlier check without which this one would only say the same again. */
  readonly after?: string;
  /** What it means when its time is up; default: a failure. */
  readonly late?: Finding;
  /** The signal aborts when its time is up. */
  readonly run: (signal: AbortSignal) => Finding | Promise<Finding>;
};

export const LIMIT_MS = 5_000;
/** What a store's errors say to a function that handles an event. */
const TO_FUNCTIONS = /: nothing is lost, it is tried again$/;
const TOO_SLOW = 'find out what is slow: the network, the disk or the other side';

export function ok(detail: string): Finding {
  return { status: 'ok', detail, fix: null };
}

export function warn(detail: string, fix: string): Finding {
  return { status: 'warn', detail, fix };
}

export function fail(detail: string, fix: string): Finding {
  return { status: 'fail', detail, fix };
}

export function skipped(detail: string): Finding {
  return { status: 'skipped', detail, fix: null };
}

/** Thrown where a check lacks what another check reports on. */
export class NotAsked extends Error {
  override readonly name = 'NotAsked';
}

/** Runs every check, each within its time; what one of them meets stops no other. Answers in the given order. */
export async function runChecks(checks: readonly Check[], limitMs: number = LIMIT_MS): Promise<Checked[]> {
  const running = new Map<string, Promise<Finding>>();
  for (const check of checks) {
    const before = check.after === undefined ? undefined : running.get(check.after);
    running.set(check.name, runInTurn(check, before, limitMs));
  }
  return Promise.all(
    [...running].map(async ([name, finding]) => {
      const { status, detail, fix } = await finding;
      return { name, status, detail, fix };
    }),
  );
}

async function runInTurn(check: Check, before: Promise<Finding> | undefined, limitMs: number): Promise<Finding> {
  const found = await before;
  if (found?.status === 'fail') return skipped(`not asked, because ${check.after} failed`);
  if (found?.status === 'skipped') return skipped(found.detail);
  return runInTime(check, limitMs);
}

async function runInTime({ run, late: whenLate }: Check, limitMs: number): Promise<Finding> {
  const controller = new AbortController();
  const { promise: late, resolve } = Promise.withResolvers<Finding>();
  const timer = setTimeout(() => {
    resolve(whenLate ?? fail(`no answer within ${limitMs / 1000} s`, TOO_SLOW));
    controller.abort(new Error('the time of this check is up'));
  }, limitMs);
  try {
    return await Promise.race([Promise.resolve(controller.signal).then(run), late]);
  } catch (error) {
    return foundOf(error);
  } finally {
    clearTimeout(timer);
  }
}

function foundOf(error: unknown): Finding {
  if (error instanceof NotAsked) return skipped(error.message);
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof ConfigurationError)
    return fail(detail, 'correct the setting; weatherline config shows them all');
  if (error instanceof WeatherlineError) return fail(detail.replace(TO_FUNCTIONS, ''), adviceOf(error.code));
  return fail(detail, 'if the message does not explain it, this is a bug of weatherline: report it');
}

const ADVICE: Readonly<Record<string, string>> = {
  STORE_ACCESS_DENIED: 'allow Get and List on the bucket and Put on replays/* to these credentials',
  BUCKET_MISSING: 'create the bucket, or correct WEATHERLINE_S3_BUCKET',
  STORE_CREDENTIALS_INVALID: 'correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the role and its token file',
  BUCKET_WRONG_REGION: 'set WEATHERLINE_S3_REGION to the region in which the bucket lies',
  STORE_UNAVAILABLE: 'start the store, or correct WEATHERLINE_S3_ENDPOINT and the way there',
  STORE_UNSUPPORTED: 'use a store with conditional writes, such as S3',
  BROKER_UNAVAILABLE: 'start the brokers, or correct WEATHERLINE_KAFKA_BROKERS and the way there',
  BROKER_ACCESS_DENIED: 'correct WEATHERLINE_KAFKA_SASL, the user and the password, or the rights of the user',
  BROKER_NOT_TRUSTED: 'set WEATHERLINE_KAFKA_CA_FILE to the authority that signed the certificates of the brokers',
};

export function adviceOf(code: string): string {
  return ADVICE[code] ?? `look up ${code} in docs/reference/errors.md`;
}
