import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { geoEqualEarth, geoGraticule, geoPath, type GeoPermissibleObjects } from 'd3-geo';
import { feature, mesh } from 'topojson-client';

/** `pnpm --filter @weatherline/gateway draw-world`: the map of the page, from Natural Earth at 1:110 million. */

export const WIDTH = 960;
export const HEIGHT = 467;

const FILE = fileURLToPath(new URL('./src/page/world.ts', import.meta.url));

type Shape = Parameters<typeof mesh>[1];
type Atlas = Parameters<typeof mesh>[0] & { readonly objects: { readonly land: Shape; readonly countries: Shape } };

/** The source text of `src/page/world.ts`. */
export function drawnWorld(): string {
  const atlas: Atlas = JSON.parse(
    readFileSync(fileURLToPath(import.meta.resolve('world-atlas/countries-110m.json')), 'utf8'),
  );
  const { land, countries } = atlas.objects;
  if (land === undefined || countries === undefined) throw new Error('expected land and countries in the atlas');
  const projection = geoEqualEarth().fitSize([WIDTH, HEIGHT], { type: 'Sphere' });
  const draw = (shape: GeoPermissibleObjects): string => compact(geoPath(projection).digits(0)(shape) ?? '');
  const shapes = {
    SPHERE: draw({ type: 'Sphere' }),
    GRATICULE: draw(geoGraticule().step([30, 30])()),
    LAND: draw(feature(atlas, land)),
    BORDERS: draw(mesh(atlas, countries, (a, b) => a !== b)),
  };
  const lines = Object.entries(shapes).map(([name, path]) => `export const ${name} =\n  '${path}';`);
  return `// Written by \`pnpm --filter @weatherline/gateway draw-world\` from Natural Earth (public domain). Equal Earth, ${WIDTH} by ${HEIGHT}.\nexport const WIDTH = ${WIDTH};\nexport const HEIGHT = ${HEIGHT};\n${lines.join('\n')}\n`;
}

/** The same lines in steps from point to point, without steps of no length and shapes of no area. */
function compact(path: string): string {
  let [x, y] = [0, 0];
  const pieces = path.split('M').filter((piece) => piece !== '');
  return pieces
    .map((piece) => {
      const points = piece
        .replace('Z', '')
        .split('L')
        .map((point) => point.split(',').map(Number));
      const [[startX = 0, startY = 0] = []] = points;
      const before = [x, y] as const;
      let text = `m${startX - x},${startY - y}`;
      [x, y] = [startX, startY];
      let steps = 0;
      for (const [nextX = 0, nextY = 0] of points.slice(1)) {
        if (nextX === x && nextY === y) continue;
        text += `${steps === 0 ? 'l' : ' '}${nextX - x},${nextY - y}`;
        steps += 1;
        [x, y] = [nextX, nextY];
      }
      if (steps < 2) {
        [x, y] = before;
        return '';
      }
      // A closed shape ends where it began.
      if (piece.endsWith('Z')) [x, y] = [startX, startY];
      return `${text}${piece.endsWith('Z') ? 'z' : ''}`.replaceAll(',-', '-').replaceAll(' -', '-');
    })
    .join('');
}

if (import.meta.main) writeFileSync(FILE, drawnWorld());
