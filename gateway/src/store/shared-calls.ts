/** Callers of the same name at the same moment share one call. */
export class SharedCalls<Value> {
  readonly #underWay = new Map<string, Promise<Value>>();

  async share(name: string, call: () => Promise<Value>): Promise<Value> {
    const underWay = this.#underWay.get(name);
    if (underWay !== undefined) return underWay;
    const begun = call().finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, begun);
    return begun;
  }
}
