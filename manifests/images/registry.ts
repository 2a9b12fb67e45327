import { createHash } from 'node:crypto';
import * as v from 'valibot';

const TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const PATIENCE_MS = 30_000;

const Index = v.object({
  manifests: v.array(
    v.object({
      digest: v.string(),
      platform: v.optional(v.object({ os: v.string(), architecture: v.string() })),
    }),
  ),
});
const Token = v.union([v.object({ token: v.string() }), v.object({ access_token: v.string() })]);

/** A repository of a registry that speaks the OCI distribution API, read without an account. */
export class Repository {
  readonly #base: string;
  readonly #name: string;
  #authorization: string | undefined;

  /** `registry/path`; Docker's hub answers under a name of its own. */
  constructor(image: string) {
    const [host = '', ...path] = image.split('/');
    const server = host === 'docker.io' ? 'registry-1.docker.io' : host;
    this.#base = `${isLoopback(server) ? 'http' : 'https'}://${server}`;
    this.#name = path.join('/');
  }

  /** The digest of what the tag names now: counted over the bytes, and the same that the registry says. */
  async resolve(tag: string, platforms: readonly string[]): Promise<string> {
    const { body, digest } = await this.#manifest(tag);
    const index = v.safeParse(Index, JSON.parse(body));
    if (!index.success)
      throw new Error(`${this.#name}:${tag} is for one platform only; needed: ${platforms.join(', ')}`);
    for (const platform of platforms) {
      const found = index.output.manifests.find(
        (one) => `${one.platform?.os}/${one.platform?.architecture}` === platform,
      );
      if (found === undefined) throw new Error(`${this.#name}:${tag} has nothing for ${platform}`);
      // What the index promises must be there, whole.
      await this.#manifest(found.digest);
    }
    return digest;
  }

  async #manifest(reference: string): Promise<{ body: string; digest: string }> {
    const response = await this.#get(`${this.#base}/v2/${this.#name}/manifests/${reference}`);
    if (!response.ok) throw new Error(`${this.#name}:${reference}: the registry answers ${response.status}`);
    const body = await response.text();
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const said = response.headers.get('docker-content-digest') ?? digest;
    const wanted = reference.startsWith('sha256:') ? reference : said;
    for (const one of [said, wanted]) {
      if (one !== digest)
        throw new Error(`${this.#name}:${reference}: the bytes are ${digest}, the registry says ${one}`);
    }
    return { body, digest };
  }

  async #get(url: string): Promise<Response> {
    const ask = async (): Promise<Response> =>
      fetch(url, {
        headers: {
          accept: TYPES.join(', '),
          ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
    const first = await ask();
    if (first.status !== 401 || this.#authorization !== undefined) return first;
    this.#authorization = await this.#token(first.headers.get('www-authenticate') ?? '');
    return ask();
  }

  /** Public images are read with a token that anybody is given. */
  async #token(challenge: string): Promise<string> {
    const parameters = new Map(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
    );
    const realm = parameters.get('realm');
    if (!/^bearer /i.test(challenge) || realm === undefined) {
      throw new Error(`${this.#name}: the registry asks for ${challenge.split(' ')[0]}, not for a bearer token`);
    }
    const url = new URL(realm);
    if (url.protocol !== 'https:' && !isLoopback(url.host))
      throw new Error(`${this.#name}: tokens come over ${url.protocol}`);
    url.searchParams.set('service', parameters.get('service') ?? '');
    url.searchParams.set('scope', `repository:${this.#name}:pull`);
    const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`${this.#name}: the registry's token service answers ${response.status}`);
    const answer = v.parse(Token, await response.json());
    return `Bearer ${'token' in answer ? answer.token : answer.access_token}`;
  }
}

function isLoopback(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
}
