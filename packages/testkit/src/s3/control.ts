import { parseScript, type FaultRule } from './faults.ts';
import type { S3Reply, S3Request } from './message.ts';

/** What other processes may ask of the server; no bucket name begins with `_`. */
export type Controlled = {
  readonly counts: Readonly<Record<string, number>>;
  readonly script: readonly FaultRule[];
  setScript(script: readonly FaultRule[]): void;
  resetCounts(): void;
  setClockOffset(ms: number): void;
  expireCredentials(): void;
};

export function isControl({ bucket }: S3Request): boolean {
  return bucket.startsWith('_');
}

/**
 * `GET|PUT|DELETE /_faults` (a JSON array of rules) · `GET|DELETE /_requests` (counts by operation) ·
 * `PUT /_clock` (milliseconds ahead) · `DELETE /_credentials` (temporary ones end).
 */
export function answerControl({ method, bucket, raw }: S3Request, server: Controlled): S3Reply {
  switch (`${method} /${bucket}`) {
    case 'GET /_faults':
      return json(200, server.script);
    case 'PUT /_faults':
      try {
        server.setScript(parseScript(raw.toString()));
      } catch (error) {
        return json(400, { error: error instanceof Error ? error.message : String(error) });
      }
      return json(200, server.script);
    case 'DELETE /_faults':
      server.setScript([]);
      return json(200, []);
    case 'GET /_requests':
      return json(200, server.counts);
    case 'DELETE /_requests':
      server.resetCounts();
      return json(200, {});
    case 'PUT /_clock':
      server.setClockOffset(Number(raw.toString()));
      return json(200, Number(raw.toString()));
    case 'DELETE /_credentials':
      server.expireCredentials();
      return json(200, {});
    default:
      return json(404, { error: 'expected /_faults, /_requests, /_clock or /_credentials' });
  }
}

function json(status: number, body: unknown): S3Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
