import type { Logger } from './define-function.ts';
import { ConfigurationError } from './errors.ts';

/** What a process says to its parent (INTERFACES: 78 is sysexits' EX_CONFIG). */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  auth: 4,
  unreachable: 5,
  conflict: 6,
  partial: 7,
  timeout: 8,
  unhealthy: 9,
  configuration: 78,
  interrupted: 130,
} as const;

export type Stopping = Disposable & { readonly signal: AbortSignal };

/** How long a stop may take; under Kubernetes' 30 s of grace. */
export const STOP_WITHIN_MS = 25_000;

/**
 * Aborts on SIGTERM, on SIGINT and when the parent's channel closes; a second signal ends the process at once with 130.
 *
 * A stop that takes over 25 s is ended with 1: what is committed is committed.
 */
export function stopOnSignals(host: NodeJS.Process): Stopping {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) host.exit(EXIT.interrupted);
    controller.abort(new Error('asked to stop'));
    setTimeout(() => host.exit(EXIT.failed), STOP_WITHIN_MS).unref();
  };
  const orphaned = (): void => {
    if (!controller.signal.aborted) stop();
  };
  host.on('SIGTERM', stop);
  host.on('SIGINT', stop);
  host.on('disconnect', orphaned);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      host.off('SIGTERM', stop);
      host.off('SIGINT', stop);
      host.off('disconnect', orphaned);
    },
  };
}

/** The exit code that an error at the top means. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ConfigurationError ? EXIT.configuration : EXIT.failed;
}

/** Runs a deployable to its end and ends the process with the code that its end means. */
export async function runProcess(name: string, host: NodeJS.Process, run: () => Promise<void>): Promise<void> {
  let code: number = EXIT.ok;
  try {
    await run();
  } catch (error) {
    host.stderr.write(`weatherline ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    code = exitCodeOf(error);
  }
  // Timers of libraries must not keep a process that has said goodbye.
  host.exit(code);
}

/** An error that nothing handled leaves the process in no known state: it is logged, and the platform starts another. */
export function endOnBugs(host: NodeJS.Process, log: Logger): void {
  const end = (error: unknown): void => {
    log.error('process ends on an error that nothing handled', { err: error });
    host.exit(EXIT.failed);
  };
  host.on('uncaughtException', end);
  host.on('unhandledRejection', end);
}
