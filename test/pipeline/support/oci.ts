import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';

type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number };

/** An archive as `buildx build --output type=oci` writes one: an index of two architectures, each with its provenance. */
export class OciArchive {
  readonly #folder: string;
  readonly digest: string;
  readonly file: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'layout');
    this.file = join(folder, 'image.tar');
    mkdirSync(join(this.#folder, 'blobs/sha256'), { recursive: true });
    const images = ['amd64', 'arm64'].map((architecture) => ({
      ...this.#manifest(architecture, 'application/vnd.oci.image.layer.v1.tar', `layer of ${architecture}`),
      platform: { os: 'linux', architecture },
    }));
    const provenance = images.map(({ digest }) => ({
      ...this.#manifest('unknown', 'application/vnd.in-toto+json', `{"subject":"${digest}"}`),
      annotations: { 'vnd.docker.reference.digest': digest, 'vnd.docker.reference.type': 'attestation-manifest' },
      platform: { os: 'unknown', architecture: 'unknown' },
    }));
    const index = this.#json(INDEX, { schemaVersion: 2, mediaType: INDEX, manifests: [...images, ...provenance] });
    this.digest = index.digest;
    writeFileSync(join(this.#folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(join(this.#folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [index] }));
    const { status } = spawnSync('tar', ['-cf', this.file, '-C', this.#folder, 'blobs', 'index.json', 'oci-layout']);
    if (status !== 0) throw new Error('tar failed');
  }

  #blob(mediaType: string, text: string): Descriptor {
    const hex = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(this.#folder, 'blobs/sha256', hex), text);
    return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(text) };
  }

  #json(mediaType: string, value: object): Descriptor {
    // BuildKit indents, which must survive as well.
    return this.#blob(mediaType, JSON.stringify(value, null, 2));
  }

  #manifest(architecture: string, layerType: string, text: string): Descriptor {
    const layer = this.#blob(layerType, text);
    const rootfs = { type: 'layers', diff_ids: [layer.digest] };
    const os = architecture === 'unknown' ? 'unknown' : 'linux';
    const config = this.#json(CONFIG, { architecture, os, config: {}, rootfs });
    return this.#json(MANIFEST, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] });
  }
}
