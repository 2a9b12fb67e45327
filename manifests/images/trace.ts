import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { componentsNamed } from './components.ts';
import { ROOT } from './build.ts';

/** `at run (file:///app/main.mjs:12:3456)` → `at run (packages/runtime/src/lifecycle.ts:40:9)`, all in a text. */
export function translated(trace: string, maps: string): string {
  const read = new Map<string, SourceMap>();
  return trace.replaceAll(/(?:file:\/\/)?\/app\/([\w.-]+\.mjs):(\d+):(\d+)/g, (whole, name: string, line, column) => {
    const file = join(maps, `${name}.map`);
    if (!existsSync(file)) return whole;
    const map = read.get(file) ?? new SourceMap(JSON.parse(readFileSync(file, 'utf8')));
    read.set(file, map);
    const origin = map.findOrigin(Number(line), Number(column));
    if (!('fileName' in origin)) return whole;
    return `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

// `npm run images` at the commit that the image's label names makes the map that fits; a log line's `stack` goes in as it is.
if (import.meta.main) {
  const [component] = componentsNamed(process.argv.slice(2, 3));
  const maps = join(ROOT, 'out/maps', component?.name ?? '');
  process.stdout.write(translated(await text(process.stdin), maps));
}
