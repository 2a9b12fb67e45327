import pino, { type DestinationStream } from 'pino';
import type { Logger } from './define-function.ts';

export type LogOptions = {
  readonly service: string;
  readonly version: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Where lines go; default stdout. */
  readonly destination?: DestinationStream;
  /** Texts that must never be written, whatever field they turn up in: the keys as they are now. */
  readonly secrets?: () => readonly string[];
};

/** JSON lines: ISO-8601 UTC time, level by name, constant message, everything variable in fields. */
export function createLogger({ service, version, level, destination, secrets }: LogOptions): Logger {
  const options = {
    level,
    base: { service, version },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: errorFields },
    hooks: { streamWrite: (line: string) => redact(line, secrets?.() ?? []) },
  };
  const lines = destination === undefined ? pino(options) : pino(options, destination);
  return {
    debug: (message, fields = {}) => lines.debug(fields, message),
    info: (message, fields = {}) => lines.info(fields, message),
    warn: (message, fields = {}) => lines.warn(fields, message),
    error: (message, fields = {}) => lines.error(fields, message),
  };
}

/** A query's key in any text, and every secret that is known, also as JSON or a URL would escape it. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text.replaceAll(/((?:appid|api_?key|apikey)=)[^&\s"'\\]+/gi, '$1(hidden)');
  for (const secret of secrets) {
    if (secret.length < 8) continue;
    for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
      clean = clean.replaceAll(form, '(hidden)');
    }
  }
  return clean;
}

const MAX_CAUSES = 5;

function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  return {
    name: error.name,
    ...('code' in error ? { code: String(error.code) } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined || depth >= MAX_CAUSES ? {} : { cause: errorFields(error.cause, depth + 1) }),
  };
}
