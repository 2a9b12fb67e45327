import type { Json } from './json.ts';

/** What the stand-in keeps beside moto: shelves of records by name. */
export class Memory {
  readonly #shelves = new Map<string, Map<string, Json>>();

  /** The shelf at that place, such as `('eks', region, cluster, 'addons')`; made when first asked for. */
  shelf(...place: readonly string[]): Map<string, Json> {
    const name = JSON.stringify(place);
    const shelf = this.#shelves.get(name) ?? new Map<string, Json>();
    this.#shelves.set(name, shelf);
    return shelf;
  }

  clear(): void {
    this.#shelves.clear();
  }
}
