import type { ObjectStore, PresignOptions, Values } from '@weatherline/runtime';
import type { S3_SETTINGS } from './settings.ts';
import type { S3Options, S3Store } from './store.ts';

/**
 * The bucket that the settings name. The SDK is loaded when the store is first used: it costs more time to load than all
 * the rest of a function.
 */
export function openConfiguredS3(config: Values<typeof S3_SETTINGS>): S3Store {
  const { s3Bucket, s3Region, s3Endpoint, s3PathStyle } = config;
  return new DeferredStore({
    bucket: s3Bucket,
    forcePathStyle: s3PathStyle,
    ...(s3Region === undefined ? {} : { region: s3Region }),
    ...(s3Endpoint === undefined ? {} : { endpoint: s3Endpoint }),
  });
}

class DeferredStore implements S3Store {
  readonly #options: S3Options;
  #opening: Promise<S3Store> | undefined;

  constructor(options: S3Options) {
    this.#options = options;
  }

  async get(key: string): ReturnType<ObjectStore['get']> {
    return (await this.#open()).get(key);
  }

  async head(key: string): ReturnType<ObjectStore['head']> {
    return (await this.#open()).head(key);
  }

  async put(...args: Parameters<ObjectStore['put']>): ReturnType<ObjectStore['put']> {
    return (await this.#open()).put(...args);
  }

  async list(...args: Parameters<ObjectStore['list']>): ReturnType<ObjectStore['list']> {
    return (await this.#open()).list(...args);
  }

  async presignGet(key: string, options: PresignOptions): Promise<string> {
    return (await this.#open()).presignGet(key, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#opening)?.[Symbol.asyncDispose]();
  }

  async #open(): Promise<S3Store> {
    this.#opening ??= import('./store.ts').then(async ({ openS3Store }) => openS3Store(this.#options));
    return this.#opening;
  }
}
