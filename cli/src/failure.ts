import { ConfigurationError, EXIT, WeatherlineError } from '@weatherline/runtime';
import { DirectoryOwned } from './data-directory.ts';

/** An end that is not success, with the exit code it means; its message is for a person. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** What it means for a command that brokers do not serve it. */
const BROKER_EXITS: ReadonlyMap<string, number> = new Map([
  ['BROKER_UNAVAILABLE', EXIT.unreachable],
  ['BROKER_ACCESS_DENIED', EXIT.auth],
  ['BROKER_NOT_TRUSTED', EXIT.auth],
  ['UNKNOWN_TOPIC', EXIT.notFound],
]);

/** And that the store of objects does not. */
const STORE_EXITS: ReadonlyMap<string, number> = new Map([
  ['STORE_UNAVAILABLE', EXIT.unreachable],
  ['STORE_ACCESS_DENIED', EXIT.auth],
  ['STORE_CREDENTIALS_INVALID', EXIT.auth],
  ['STORE_KEY_UNUSABLE', EXIT.auth],
  ['BUCKET_MISSING', EXIT.notFound],
  ['BUCKET_WRONG_REGION', EXIT.configuration],
  ['STORE_UNSUPPORTED', EXIT.failed],
  ['STORE_REFUSED', EXIT.failed],
]);

/** A command does not try for hours, as the functions do. */
const TRIED_AGAIN = ': nothing is lost, it is tried again';

function storeFailure(error: unknown): Failure | undefined {
  if (!(error instanceof WeatherlineError)) return undefined;
  const exitCode = STORE_EXITS.get(error.code);
  if (exitCode === undefined) return undefined;
  const hint = error.code === 'STORE_UNAVAILABLE' ? ': weatherline doctor says what is wrong with it' : '';
  return new Failure(exitCode, `${error.message.replace(TRIED_AGAIN, '')}${hint}`, { cause: error });
}

/** An error of the brokers as the end of a command; undefined = it is another one. */
export function brokerFailure(error: unknown): Failure | undefined {
  if (!(error instanceof WeatherlineError)) return undefined;
  const exitCode = BROKER_EXITS.get(error.code);
  if (exitCode === undefined) return undefined;
  const hint = error.code === 'UNKNOWN_TOPIC' ? ': weatherline topics verify shows what is missing' : '';
  return new Failure(exitCode, `${error.message}${hint}`, { cause: error });
}

/** One paragraph for stderr and the exit code; a stack only for what must be a bug. */
export function explain(error: unknown): { exitCode: number; text: string } {
  // What went wrong first is why; that it could not be tidied up after follows from it.
  if (error instanceof SuppressedError) return explain(error.suppressed);
  if (error instanceof Failure) return { exitCode: error.exitCode, text: error.message };
  if (error instanceof ConfigurationError) return { exitCode: EXIT.configuration, text: error.message };
  if (error instanceof DirectoryOwned) return { exitCode: EXIT.conflict, text: error.message };
  if (!(error instanceof Error)) return { exitCode: EXIT.failed, text: String(error) };
  const storage = storageTrouble(error);
  if (storage !== undefined) return { exitCode: EXIT.failed, text: storage };
  const outside = brokerFailure(error) ?? storeFailure(error);
  if (outside !== undefined) return { exitCode: outside.exitCode, text: outside.message };
  return { exitCode: EXIT.failed, text: error.stack ?? error.message };
}

const TROUBLES: readonly [RegExp, string][] = [
  [
    /ENOSPC|EDQUOT|EFBIG|database or disk is full|disk I\/O error/i,
    'the disk is full. Nothing that was stored is lost: free some space and start again, the work goes on where it stopped',
  ],
  [
    /EROFS|EACCES|EPERM|readonly database|unable to open database/i,
    'the data directory cannot be written. Nothing that was stored is lost: make it writable, or choose another with --data DIR',
  ],
  [
    /EMFILE|ENFILE/,
    'too many files are open. Raise the limit (ulimit -n) and start again, nothing that was stored is lost',
  ],
];

function storageTrouble(error: Error): string | undefined {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    const said = `${cause.message} ${'code' in cause ? String(cause.code) : ''}`;
    const found = TROUBLES.find(([pattern]) => pattern.test(said));
    if (found !== undefined) return `${found[1]} (${cause.message})`;
  }
  return undefined;
}
