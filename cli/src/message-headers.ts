import * as v from 'valibot';

/** Headers exactly as they are: valibot's own record leaves out names such as `constructor`. */
export const MessageHeaders = v.custom<Readonly<Record<string, string>>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string'),
  'expected headers whose values are text',
);
