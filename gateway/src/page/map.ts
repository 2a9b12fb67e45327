import { html, Html } from './html.ts';
import { place } from './equal-earth.ts';
import { BORDERS, GRATICULE, HEIGHT, LAND, SPHERE, WIDTH } from './world.ts';

export type Spot = {
  readonly id: string;
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
  readonly temp: number | null;
};

type Step = { readonly below: number; readonly colour: string; readonly label: string };

/** Blue to red through light tones (after ColorBrewer's RdYlBu), told apart also by those who do not see red and green. */
const SCALE: readonly Step[] = [
  { below: -20, colour: '#313695', label: 'below −20' },
  { below: -10, colour: '#4575b4', label: '−20 to −10' },
  { below: 0, colour: '#74add1', label: '−10 to 0' },
  { below: 10, colour: '#abd9e9', label: '0 to 10' },
  { below: 20, colour: '#fee090', label: '10 to 20' },
  { below: 30, colour: '#f46d43', label: '20 to 30' },
  { below: Number.POSITIVE_INFINITY, colour: '#a50026', label: '30 and above' },
];
const UNKNOWN = '#8a949d';

/** The places on a map of the world (Equal Earth), each a link; the table beside it says the same. */
export function map(spots: readonly Spot[]): Html {
  const placed = spots.map((spot) => ({ ...spot, ...place(spot.lat, spot.lon, WIDTH, HEIGHT) }));
  const dots = placed.map(({ id, name, temp, x, y }) => {
    const said = temp === null ? `${name}: no temperature` : `${name}: ${temp.toFixed(1).replace('-', '−')} °C`;
    return html`<a href="/locations/${id}" aria-label="${said}">
      <title>${said}</title> <circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="6" fill="${colour(temp)}"
    /></a>`;
  });
  const legend = SCALE.map(
    ({ colour: fill, label }) =>
      html`<li>
        <svg viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="4.5" fill="${fill}" /></svg>${label}
      </li>`,
  );
  return html`<figure class="frame">
    <svg
      class="map"
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      role="group"
      aria-label="Map of the places, coloured by temperature"
    >
      <path class="sea" d="${new Html(SPHERE)}" />
      <path class="grid" d="${new Html(GRATICULE)}" />
      <path class="land" d="${new Html(LAND)}" />
      <path class="borders" d="${new Html(BORDERS)}" />
      ${dots}${labels(placed)}
    </svg>
    <figcaption>
      <ul class="legend">
        <li>Air temperature, °C</li>
        ${legend}
      </ul>
    </figcaption>
  </figure>`;
}

type Placed = Spot & { readonly x: number; readonly y: number };

const LETTER = 6.3;
const LINE = 12;

/** Names beside their dots, left out where they would lie on another name or dot. */
function labels(spots: readonly Placed[]): Html[] {
  const taken = spots.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  const found: Html[] = [];
  for (const { name, temp, x, y } of spots) {
    const words = temp === null ? name : `${name} ${temp.toFixed(0).replace('-', '−')}°`;
    const width = words.length * LETTER;
    const sides = [
      { left: x + 9, anchor: 'start', at: x + 9 },
      { left: x - 9 - width, anchor: 'end', at: x - 9 },
    ];
    for (const { left, anchor, at } of sides) {
      const box = { left, right: left + width, top: y - LINE / 2, bottom: y + LINE / 2 };
      const isFree =
        box.left > 0 &&
        box.right < WIDTH &&
        taken.every(
          (other) =>
            box.right < other.left || other.right < box.left || box.bottom < other.top || other.bottom < box.top,
        );
      if (!isFree) continue;
      taken.push(box);
      found.push(
        html`<text x="${at.toFixed(1)}" y="${(y + 4).toFixed(1)}" text-anchor="${anchor}" aria-hidden="true"
          >${words}</text
        >`,
      );
      break;
    }
  }
  return found;
}

export function colour(temp: number | null): string {
  if (temp === null) return UNKNOWN;
  return SCALE.find(({ below }) => temp < below)?.colour ?? UNKNOWN;
}
