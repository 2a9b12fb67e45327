/** An object is not the one that was listed: it was replaced or deleted between the listing and the reading. */
export class Replaced extends Error {
  override readonly name = 'Replaced';

  constructor(key: string) {
    super(`${key} changed since it was listed`);
  }
}
