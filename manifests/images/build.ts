import { execFileSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle, openToAll, writeBelow, type Bundle } from './bundle.ts';
import { componentsNamed, type Component } from './components.ts';
import { packagesOf, workspacePackagesOf, type Package } from './packages.ts';
import { purl, sbomOf } from './sbom.ts';
import { thirdPartyText } from './third-party.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export type BuildOptions = {
  readonly root?: string;
  readonly out: string;
  /** pnpm makes it, through npm: a moment, and npm's cache or its registry. */
  readonly sbom?: boolean;
};

export type Built = Bundle & { readonly folder: string; readonly packages: readonly Package[] };

/** Writes `out/images/NAME`, which is the image's `/app`, and beside it what is published with the image. */
export async function buildComponent(component: Component, options: BuildOptions): Promise<Built> {
  const { root = ROOT, out } = options;
  const { name } = component;
  const folder = join(out, 'images', name);
  const made = await bundle(root, component.main, folder);
  const packages = packagesOf(root, made.inputs);
  await writeBelow(join(folder, 'THIRD-PARTY.txt'), thirdPartyText(root, name, packages));
  for (const file of ['LICENSE', 'NOTICE']) await copyFile(join(root, file), join(folder, file));
  await openToAll(folder);
  for (const [target, map] of made.sourceMaps) await writeBelow(join(out, 'maps', name, `${target}.map`), map);
  if (options.sbom === true) {
    const present = new Set([
      ...packages.map((one) => purl(one.name, one.version)),
      ...workspacePackagesOf(root, made.inputs).map((one) => purl(one.name, one.version)),
    ]);
    const text = await sbomOf(root, component, { present, epoch: epochOf(root) });
    await writeBelow(join(out, 'sbom', `${name}.cdx.json`), text);
  }
  return { ...made, folder, packages };
}

/** SOURCE_DATE_EPOCH, else the instant of the commit. */
export function epochOf(root: string): number {
  const set = process.env['SOURCE_DATE_EPOCH'];
  const text = set ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return Number(text.trim());
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string', default: join(ROOT, 'out') } },
  });
  for (const component of componentsNamed(positionals)) {
    const { folder, bytes, packages } = await buildComponent(component, { out: values.out, sbom: true });
    process.stdout.write(`${folder} ${Math.round(bytes / 1024)} KiB, ${packages.length} packages\n`);
  }
}
