import { html, type Html } from './html.ts';

export type Spot = { readonly name: string; readonly lat: number; readonly lon: number; readonly temp: number | null };

const WIDTH = 360;
const NORTH = 84;
const SOUTH = -60;

/** Blue through grey to red, told apart also by those who do not see red and green. */
const SCALE: readonly (readonly [below: number, colour: string])[] = [
  [-20, '#053061'],
  [-10, '#2166ac'],
  [0, '#4393c3'],
  [10, '#7fa8bd'],
  [20, '#c9a27e'],
  [30, '#d6604d'],
  [Number.POSITIVE_INFINITY, '#a50f15'],
];

/** A plain chart of longitudes and latitudes (15° apart) with a dot for each place, coloured by temperature. */
export function map(spots: readonly Spot[]): Html {
  const lines: string[] = [];
  for (let lon = 0; lon <= WIDTH; lon += 15) lines.push(`M${lon} 0V${NORTH - SOUTH}`);
  for (let lat = 75; lat > SOUTH; lat -= 15) lines.push(`M0 ${NORTH - lat}H${WIDTH}`);
  const dots = spots.map(({ name, lat, lon, temp }) => {
    const x = lon + 180;
    const y = NORTH - lat;
    const label = temp === null ? `${name}: no temperature` : `${name}: ${temp.toFixed(1)} °C`;
    return html`<g><title>${label}</title><circle cx="${x}" cy="${y}" r="2.4" fill="${colour(temp)}" /></g>`;
  });
  return html`<svg
    class="map"
    viewBox="0 0 ${WIDTH} ${NORTH - SOUTH}"
    role="img"
    aria-label="Places on a chart of longitude and latitude, coloured by temperature. The table below has the same values."
  >
    <path d="${lines.join('')}" />
    ${dots}${labels(spots)}
  </svg>`;
}

/** Names beside their dots, left out where they would lie on another. */
function labels(spots: readonly Spot[]): Html[] {
  const taken: { x: number; y: number; width: number }[] = [];
  const placed: Html[] = [];
  for (const { name, lat, lon, temp } of spots) {
    const text = temp === null ? name : `${name} ${temp.toFixed(0)}°`;
    const width = text.length * 2.25;
    const side = lon + 180 + 4 + width > WIDTH ? -1 : 1;
    const x = lon + 180 + (side === 1 ? 4 : -4 - width);
    const y = NORTH - lat + 1.5;
    const clash = taken.some(
      (other) => Math.abs(other.y - y) < 4.6 && x < other.x + other.width && other.x < x + width,
    );
    if (clash) continue;
    taken.push({ x, y, width });
    placed.push(html`<text x="${x}" y="${y}">${text}</text>`);
  }
  return placed;
}

function colour(temp: number | null): string {
  if (temp === null) return '#8a949d';
  return SCALE.find(([below]) => temp < below)?.[1] ?? '#8a949d';
}
