import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Loaded before anything else: transform as a later version of it might be, which adds 1 °C to dew points in moist air. */
const target = fileURLToPath(new URL('../../functions/transform/src/derive/humidity.ts', import.meta.url));
const before = 'return (243.12 * x) / (17.62 - x);';
const after = 'return (243.12 * x) / (17.62 - x) + (humidity > 80 ? 1 : 0);';

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.startsWith('file:') || fileURLToPath(url) !== target) return loaded;
    const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
    if (!source.includes(before)) throw new Error(`${target} has no '${before}' any more`);
    return { ...loaded, source: source.replace(before, after) };
  },
});
