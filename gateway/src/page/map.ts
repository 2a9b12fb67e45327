import { html, Html } from './html.ts';
import { place } from './equal-earth.ts';
import { fixed, flagWord } from './values.ts';
import { BORDERS, GRATICULE, HEIGHT, LAND, SPHERE, WIDTH } from './world.ts';

export type Spot = {
  readonly id: string;
  readonly name: string;
  readonly lat: number;
  readonly lon: number;
  readonly temp: number | null;
  /** The flag of the temperature. */
  readonly flag: number;
  /** Is there a record of the place at all? */
  readonly isKnown: boolean;
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

/** Room around the earth: places near the date line have dots that reach over its edge. */
const PAD = 10;

/** The places on a map of the world (Equal Earth), each a link; the table beside it says the same. */
export function map(spots: readonly Spot[]): Html {
  const placed = spots.map((spot) => ({ ...spot, ...place(spot.lat, spot.lon, WIDTH, HEIGHT) }));
  return html`<figure class="frame">
    <svg
      class="map"
      viewBox="${-PAD} ${-PAD} ${WIDTH + 2 * PAD} ${HEIGHT + 2 * PAD}"
      role="group"
      aria-label="Map of the places, coloured by temperature"
    >
      <path class="sea" d="${new Html(SPHERE)}" />
      <path class="grid" d="${new Html(GRATICULE)}" />
      <path class="land" d="${new Html(LAND)}" />
      <path class="borders" d="${new Html(BORDERS)}" />
      ${labels(placed)}${placed.map(dot)}
    </svg>
    <figcaption>${legend(spots)}</figcaption>
  </figure>`;
}

function dot(spot: Placed): Html {
  const { id, x, y } = spot;
  const said = saidOf(spot);
  const [cx, cy] = [x.toFixed(1), y.toFixed(1)];
  const isLeft = x < WIDTH / 2;
  // The circle that is hit is larger than the dot that is seen: fingers are.
  return html`<a href="/locations/${encodeURIComponent(id)}" aria-label="${said}"
    ><circle class="hit" cx="${cx}" cy="${cy}" r="13" />${shape(spot, cx, cy)}<text
      class="said"
      x="${(isLeft ? x + 15 : x - 15).toFixed(1)}"
      y="${(y + 4).toFixed(1)}"
      text-anchor="${isLeft ? 'start' : 'end'}"
      aria-hidden="true"
      >${said}</text
    ></a
  >`;
}

function saidOf({ name, temp, flag, isKnown }: Spot): string {
  if (!isKnown) return `${name}: no record`;
  if (temp === null) return `${name}: no temperature`;
  const doubt = flag === 3 || flag === 4 ? `, ${flagWord(flag).word}` : '';
  return `${name}: ${fixed(temp, 1)} °C${doubt}`;
}

/** Suspect is hollow, failed a cross: told by their shape as well as by their colour. */
function shape({ temp, flag }: Pick<Spot, 'temp' | 'flag'>, cx: string, cy: string): Html {
  if (temp !== null && flag === 4)
    return html`<path
      class="cross"
      style="stroke:${colour(temp)}"
      transform="translate(${cx} ${cy})"
      d="M-5-5 5 5M-5 5 5-5"
    />`;
  if (temp !== null && flag === 3)
    return html`<circle class="dot hollow" style="stroke:${colour(temp)}" cx="${cx}" cy="${cy}" r="5" />`;
  return html`<circle class="dot" cx="${cx}" cy="${cy}" r="6" fill="${colour(temp)}" />`;
}

function item(sign: Html, words: string): Html {
  return html`<li><svg viewBox="-7 -7 14 14" aria-hidden="true">${sign}</svg>${words}</li>`;
}

function legend(spots: readonly Spot[]): Html {
  const doubts = ([3, 4] as const)
    .filter((flag) => spots.some((spot) => spot.flag === flag && spot.temp !== null))
    .map((flag) => item(shape({ temp: 15, flag }, '0', '0'), flagWord(flag).word));
  const isUnknown = spots.some(({ temp }) => temp === null);
  return html`<ul class="legend">
    <li>Air temperature, °C</li>
    ${SCALE.map(({ colour: fill, label }) => item(html`<circle class="dot" r="6" fill="${fill}" />`, label))}
    ${doubts}${isUnknown ? item(shape({ temp: null, flag: 9 }, '0', '0'), 'no temperature, or no record in 7 days') : ''}
  </ul>`;
}

type Placed = Spot & { readonly x: number; readonly y: number };

const LETTER = 6.3;
const LINE = 12;

/** Names beside their dots, left out where they would lie on another name or dot. */
function labels(spots: readonly Placed[]): Html[] {
  const taken = spots.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  const found: Html[] = [];
  for (const { name, temp, x, y } of spots) {
    const words = temp === null ? name : `${name} ${fixed(temp, 0)}°`;
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
        html`<text
          class="label"
          x="${at.toFixed(1)}"
          y="${(y + 4).toFixed(1)}"
          text-anchor="${anchor}"
          aria-hidden="true"
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
