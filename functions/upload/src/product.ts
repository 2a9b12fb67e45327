import { canonicalJson, type ProductStored, type RecordsTransformed, type WeatherRecord } from '@weatherline/events';

/** What became of the product's object. */
export type Stored = Pick<ProductStored, 'key' | 'etag' | 'sha256' | 'bytes' | 'revision' | 'outcome'>;

/** One record a line, sorted by location id, canonical JSON, LF at every line's end. */
export function productBytes(records: readonly WeatherRecord[]): Uint8Array {
  const sorted = records.toSorted((a, b) => (a.location_id < b.location_id ? -1 : 1));
  // Line by line: one name outside Latin-1 would make the text of the whole product twice as wide, and slow to encode.
  return Buffer.concat(sorted.map((record) => Buffer.from(`${canonicalJson(record)}\n`)));
}

/** The sidecar: what each stage made of the part, and every failure. Follows from the event alone. */
export function productMeta(data: RecordsTransformed, { key, sha256, bytes, revision }: Stored): Uint8Array {
  const flags: Record<string, number> = {};
  for (const { qc } of data.records) flags[qc.overall] = (flags[qc.overall] ?? 0) + 1;
  const meta = {
    schema: 'weatherline.product-meta/1',
    run: data.run,
    part: data.part,
    provider: data.provider,
    collected_at: data.collectedAt,
    product: { key, sha256, bytes, revision },
    stages: {
      fetch: { locations: data.records.length + data.failures.length },
      transform: { records: data.records.length, failures: data.failures.length, qc_overall: flags },
      upload: { bytes },
    },
    failures: data.failures,
  };
  return Buffer.from(`${canonicalJson(meta)}\n`);
}
