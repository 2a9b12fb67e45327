const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A Kubernetes quantity as a number; NaN when it is none. */
export function quantity(value: unknown): number {
  if (typeof value === 'number') return value;
  const [, digits, unit = ''] =
    (typeof value === 'string' && /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(value)) || [];
  const factor = UNITS[unit];
  return digits === undefined || factor === undefined ? Number.NaN : Number(digits) * factor;
}
