import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { buildComponent, epochOf, ROOT } from './build.ts';
import { componentsNamed, type Component } from './components.ts';
import { PLATFORMS } from './resolve.ts';
import { DIGEST, readVersions, referenceOf, UNRESOLVED, VERSIONS_FILE } from './versions.ts';

const USAGE = `node manifests/images/publish.ts --registry REGISTRY [--push] [NAME...]
Builds images for ${PLATFORMS.join(' and ')} with docker buildx; without --push into out/oci/NAME.tar. Prints what it pushed,
by digest. An architecture that is not the machine's needs a builder that can run it.
`;

const Metadata = v.object({ 'containerimage.digest': v.pipe(v.string(), v.regex(DIGEST)) });

export type Order = {
  readonly component: Component;
  readonly registry: string;
  readonly push: boolean;
  readonly base: string;
  readonly version: string;
  readonly revision: string;
  readonly epoch: number;
  readonly out: string;
};

/** What docker is asked to do. */
export function buildCommand(order: Order): readonly string[] {
  const { component, registry, push, base, version, revision, epoch, out } = order;
  const created = new Date(epoch * 1000).toISOString();
  const image = `${registry}/weatherline/${component.name}:${version}-${revision.slice(0, 12)}`;
  const output = push
    ? `type=image,name=${image},push=true`
    : `type=oci,dest=${join(out, 'oci', `${component.name}.tar`)}`;
  const values = {
    COMPONENT: component.name,
    BASE: base,
    VERSION: version,
    REVISION: revision,
    CREATED: created,
    SOURCE_DATE_EPOCH: String(epoch),
  };
  const options = {
    file: 'manifests/images/Dockerfile',
    platform: PLATFORMS.join(','),
    provenance: 'mode=max',
    sbom: 'true',
    // Files get the instant of the commit, whenever they were made.
    output: `${output},rewrite-timestamp=true`,
    'metadata-file': metadataFile(order),
  };
  const named = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const built = Object.entries(values).map(([name, value]) => `--build-arg=${name}=${value}`);
  return ['buildx', 'build', '--pull', ...named, ...built, '.'];
}

function metadataFile({ out, component }: Order): string {
  return join(out, 'oci', `${component.name}.json`);
}

/** Why nothing may be built from here as it is; undefined = all is well. */
export function refusal(status: string, base: string, push: boolean): string | undefined {
  if (status.trim() !== '') return `what is not committed would be in no commit that the image names:\n${status}`;
  if (push && !base.includes('@sha256:')) {
    return `the base ${base} is ${UNRESOLVED}: run node manifests/images/resolve.ts, read what it finds, commit it`;
  }
  return undefined;
}

function git(...args: readonly string[]): string {
  return execFileSync('git', [...args], { cwd: ROOT, encoding: 'utf8' });
}

/** Builds one image; answers with its name by digest. */
export async function publishOne(order: Order): Promise<string> {
  mkdirSync(join(order.out, 'oci'), { recursive: true });
  await buildComponent(order.component, { out: order.out, sbom: true });
  execFileSync('docker', [...buildCommand(order)], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, SOURCE_DATE_EPOCH: String(order.epoch) },
  });
  const said: unknown = JSON.parse(readFileSync(metadataFile(order), 'utf8'));
  return `${order.registry}/weatherline/${order.component.name}@${v.parse(Metadata, said)['containerimage.digest']}`;
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      registry: { type: 'string' },
      push: { type: 'boolean', default: false },
      versions: { type: 'string', default: VERSIONS_FILE },
    },
  });
  const { registry, push } = values;
  const pin = readVersions(values.versions).find(({ name }) => name === 'nodejs');
  if (registry === undefined || pin === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const base = referenceOf(pin);
  const refused = refusal(git('status', '--porcelain'), base, push);
  if (refused !== undefined) {
    process.stderr.write(`${refused}\n`);
    return 1;
  }
  const { version } = v.parse(
    v.object({ version: v.string() }),
    JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')),
  );
  const revision = git('rev-parse', 'HEAD').trim();
  const shared = { registry, push, base, version, revision, epoch: epochOf(ROOT), out: join(ROOT, 'out') };
  for (const component of componentsNamed(positionals)) {
    process.stdout.write(`${await publishOne({ ...shared, component })}\n`);
  }
  return 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
