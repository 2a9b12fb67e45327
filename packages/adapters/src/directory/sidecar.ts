import type { ObjectMetadata } from '@weatherline/runtime';

/** What lies beside an object: the type and the metadata that it was put with. */
export function parseSidecar(parsed: unknown): { contentType: string; metadata: ObjectMetadata } {
  if (typeof parsed !== 'object' || parsed === null || !('contentType' in parsed) || !('metadata' in parsed)) {
    throw new Error('expected a sidecar with contentType and metadata');
  }
  const entries = Object.entries(parsed.metadata ?? {}).map(([name, text]): [string, string] => [name, String(text)]);
  return { contentType: String(parsed.contentType), metadata: Object.fromEntries(entries) };
}

/** What the name of a file without a sidecar says. */
export function contentTypeOf(key: string): string {
  if (key.endsWith('.jsonl')) return 'application/x-ndjson';
  if (key.endsWith('.json')) return 'application/json';
  return key.endsWith('.gz') ? 'application/gzip' : 'application/octet-stream';
}
