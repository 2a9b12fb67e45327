import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { MUTATIONS, patch } from './mutations.ts';

/** Loaded before anything else in a worker: puts one planted bug into the source as it is read. */
const name = process.env['WEATHERLINE_TEST_MUTATION'] ?? '';
const mutation = MUTATIONS[name];
if (mutation === undefined) throw new Error(`there is no mutation called '${name}'`);
const target = fileURLToPath(new URL(`../../${mutation.file}`, import.meta.url));
let isApplied = false;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.startsWith('file:') || fileURLToPath(url) !== target) return loaded;
    isApplied = true;
    const source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
    return { ...loaded, source: patch(mutation, source) };
  },
});

process.on('exit', (code) => {
  if (code === 0 && !isApplied) process.exitCode = 70;
});
