import { refuse } from './message.ts';

type Version = {
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly created: string;
  deleted: string;
  isDestroyed: boolean;
};

const MAX_VERSIONS = 10;

export type KvAnswer = { readonly status: number; readonly data: Readonly<Record<string, unknown>> };

/** One KV v2 mount. */
export class KeyValue {
  readonly #secrets = new Map<string, Map<number, Version>>();

  has(path: string): boolean {
    return this.#secrets.has(path);
  }

  put(
    path: string,
    data: Readonly<Record<string, unknown>>,
    nowMs: number,
    cas?: number,
  ): Readonly<Record<string, unknown>> {
    const versions = this.#secrets.get(path) ?? new Map<number, Version>();
    const newest = newestOf(versions);
    if (cas !== undefined && cas !== newest) {
      refuse(400, 'check-and-set parameter did not match the current version');
    }
    const version = { data, created: new Date(nowMs).toISOString(), deleted: '', isDestroyed: false };
    versions.set(newest + 1, version);
    versions.delete(newest + 1 - MAX_VERSIONS);
    this.#secrets.set(path, versions);
    return metadataOf(newest + 1, version);
  }

  /** A deleted version is a 404 that still has its metadata. */
  read(path: string, wanted = 0): KvAnswer {
    const versions = this.#secrets.get(path) ?? refuse(404);
    const number = wanted === 0 ? newestOf(versions) : wanted;
    const version = versions.get(number) ?? refuse(404);
    const isGone = version.deleted !== '' || version.isDestroyed;
    return {
      status: isGone ? 404 : 200,
      data: { data: isGone ? null : version.data, metadata: metadataOf(number, version) },
    };
  }

  /** Marks versions as deleted; without numbers the newest. */
  delete(path: string, nowMs: number, numbers?: readonly number[]): void {
    const versions = this.#secrets.get(path);
    for (const number of numbers ?? (versions === undefined ? [] : [newestOf(versions)])) {
      const version = versions?.get(number);
      if (version !== undefined) version.deleted = new Date(nowMs).toISOString();
    }
  }

  undelete(path: string, numbers: readonly number[]): void {
    for (const number of numbers) {
      const version = this.#secrets.get(path)?.get(number);
      if (version !== undefined) version.deleted = '';
    }
  }

  destroy(path: string, numbers: readonly number[]): void {
    for (const number of numbers) {
      const version = this.#secrets.get(path)?.get(number);
      if (version !== undefined) version.isDestroyed = true;
    }
  }

  metadata(path: string): Readonly<Record<string, unknown>> {
    const versions = this.#secrets.get(path) ?? refuse(404);
    const numbers = [...versions.keys()];
    return {
      cas_required: false,
      created_time: versions.get(numbers[0] ?? 0)?.created,
      current_version: newestOf(versions),
      delete_version_after: '0s',
      max_versions: 0,
      oldest_version: numbers[0] ?? 0,
      updated_time: versions.get(newestOf(versions))?.created,
      custom_metadata: null,
      versions: Object.fromEntries(
        [...versions].map(([number, { created, deleted, isDestroyed }]) => [
          String(number),
          { created_time: created, deletion_time: deleted, destroyed: isDestroyed },
        ]),
      ),
    };
  }

  /** Names directly below a folder; those of folders end in `/`. */
  list(folder: string): readonly string[] {
    const prefix = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
    const names = [...this.#secrets.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length).replace(/\/.*/, '/'));
    return names.length === 0 ? refuse(404) : [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1));
  }

  forget(path: string): void {
    this.#secrets.delete(path);
  }
}

function newestOf(versions: ReadonlyMap<number, Version>): number {
  return Math.max(0, ...versions.keys());
}

function metadataOf(version: number, { created, deleted, isDestroyed }: Version): Readonly<Record<string, unknown>> {
  return { created_time: created, custom_metadata: null, deletion_time: deleted, destroyed: isDestroyed, version };
}
