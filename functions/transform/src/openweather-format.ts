import * as v from 'valibot';
import type { Condition, Measurement } from './measurement.ts';

/** `weather`, which all products of OpenWeather have in common: one entry or more, in the order that it came. */
export const Weather = v.array(
  v.looseObject({
    id: v.number(),
    main: v.string(),
    description: v.nullish(v.string()),
    icon: v.nullish(v.string()),
  }),
);
type Weather = v.InferOutput<typeof Weather>;

/** Unix seconds of an answer, before the year 2100. */
export const Dt = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(4_102_444_800));

export function conditionsOf(weather: Weather): Condition[] {
  return weather.map(({ id, main: group, description }) => ({
    code: id,
    group,
    ...(description ? { text: description } : {}),
  }));
}

/** The last letter of the icon. */
export function lightOf([first]: Weather): Measurement['light'] {
  const letter = first?.icon?.at(-1);
  return letter === 'd' || letter === 'n' ? letter : null;
}
