import { Derived, WeatherRecord } from '@weatherline/events';
import { distance } from '@weatherline/runtime';
import { list } from '../contract/parameter.ts';
import { Problem } from '../http/problem.ts';
import type { Row } from '../store/record-lines.ts';

const derived = Object.keys(Derived.entries).map((name) => `derived.${name}`);
const NESTED: Readonly<Record<string, readonly string[]>> = {
  derived,
  qc: ['qc.overall'],
  conditions: [],
  lineage: ['lineage.raw_sha256'],
  license: ['license.spdx', 'license.attribution'],
};

/** The columns of a CSV and the names that `fields` knows beside whole objects: the record, flat, in its own order. */
export const COLUMNS: readonly string[] = Object.keys(WeatherRecord.entries).flatMap((name) => NESTED[name] ?? [name]);

const KNOWN = new Set([...Object.keys(WeatherRecord.entries), ...COLUMNS]);

const pattern = list(
  'Only these fields of a record, joined by commas; a field of an object is named with a dot, as in derived.dew_point',
  /^[a-z_]{1,40}(\.[a-z_]{1,40})?$/,
  'a field name such as temp or derived.dew_point',
  100,
);
export const fields = { ...pattern, example: 'slot,location_id,temp,derived.dew_point' };

/** Refuses fields that no record has: a typo must not look like a missing value. */
export function checkFields(names: readonly string[] | undefined): readonly string[] | undefined {
  for (const name of names ?? []) {
    if (KNOWN.has(name)) continue;
    const near = [...KNOWN].find((known) => distance(known, name) <= 2);
    const detail =
      near === undefined ? 'the schema /schemas/weatherline.product-1.json lists them' : `did you mean ${near}?`;
    throw new Problem('invalid-parameter', `fields: there is no field '${name}'; ${detail}`, {
      extra: { errors: [{ parameter: 'fields', detail, received: name }] },
    });
  }
  return names;
}

/** The value that a name with at most one dot stands for; null where there is none. */
export function valueOf(record: Row, name: string): unknown {
  const [outer = '', inner] = name.split('.');
  const value = record[outer];
  if (inner === undefined) return value ?? null;
  return isRow(value) ? (value[inner] ?? null) : null;
}

/** A record with the named fields alone, in the order they were asked for. */
export function pick(record: Row, names: readonly string[]): Row {
  const picked: Record<string, unknown> = {};
  for (const name of names) {
    const [outer = '', inner] = name.split('.');
    if (inner === undefined) picked[outer] = valueOf(record, name);
    else {
      const held = picked[outer];
      picked[outer] = { ...(isRow(held) ? held : {}), [inner]: valueOf(record, name) };
    }
  }
  return picked;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
