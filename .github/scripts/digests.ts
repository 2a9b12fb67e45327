import { readFileSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { COMPONENTS } from '../../manifests/images/components.ts';

const USAGE = `node .github/scripts/digests.ts get ENVIRONMENT [COMPONENT]
  prints REGISTRY-less names by digest that the overlay runs, or the digest of one
node .github/scripts/digests.ts set ENVIRONMENT < LINES
  writes the digests of lines that end in weatherline/COMPONENT@sha256:…, one for each component; prod's into dr as well
`;
const NAMES: readonly string[] = COMPONENTS.map(({ name }) => name);

/** dr starts what prod ran. */
const ALSO: Readonly<Record<string, readonly string[]>> = { prod: ['prod', 'dr'] };

/** The digest of each component in an overlay's kustomization.yaml. Throws for one that is named by a tag. */
export function digestsOf(kustomization: string): ReadonlyMap<string, string> {
  return new Map(
    NAMES.map((name) => {
      const found = new RegExp(`^ *- \\{ name: weatherline/${name}, digest: (sha256:[0-9a-f]{64}) \\}$`, 'm').exec(
        kustomization,
      );
      if (found?.[1] === undefined) throw new Error(`weatherline/${name} is not named by a digest there`);
      return [name, found[1]];
    }),
  );
}

/** The digests that lines tell: each component once, and nothing else. */
export function digestsIn(lines: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of lines.split('\n').filter((one) => one.trim() !== '')) {
    const [, name = '', digest = ''] = /(?:^|\/)weatherline\/([\w-]+)@(sha256:[0-9a-f]{64})$/.exec(line.trim()) ?? [];
    if (!NAMES.includes(name)) throw new Error(`no component by its digest: ${line}`);
    if (found.has(name)) throw new Error(`${name} comes twice`);
    found.set(name, digest);
  }
  const missing = NAMES.filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`no digest of ${missing.join(', ')}`);
  return found;
}

/** The overlay's text with these digests; all else stays as it is. */
export function withDigests(kustomization: string, digests: ReadonlyMap<string, string>): string {
  let now = kustomization;
  for (const [name, digest] of digests) {
    const line = new RegExp(`^( *- \\{ name: weatherline/${name}, )(?:newTag|digest): [^ ]+ \\}$`, 'm');
    if (!line.test(now)) throw new Error(`the overlay has no image weatherline/${name}`);
    now = now.replace(line, `$1digest: ${digest} }`);
  }
  return now;
}

function overlay(environment: string): string {
  if (!/^[a-z]+$/.test(environment)) throw new Error(`${environment} is no environment`);
  return fileURLToPath(new URL(`../../manifests/overlays/${environment}/kustomization.yaml`, import.meta.url));
}

async function main([verb, environment = '', component]: readonly string[]): Promise<number> {
  if (verb === 'get') {
    const digests = digestsOf(readFileSync(overlay(environment), 'utf8'));
    if (component === undefined)
      for (const [name, digest] of digests) process.stdout.write(`weatherline/${name}@${digest}\n`);
    else process.stdout.write(`${digests.get(component) ?? ''}\n`);
    return 0;
  }
  if (verb === 'set') {
    const digests = digestsIn(await text(process.stdin));
    for (const one of ALSO[environment] ?? [environment]) {
      writeFileSync(overlay(one), withDigests(readFileSync(overlay(one), 'utf8'), digests));
    }
    return 0;
  }
  process.stderr.write(USAGE);
  return 2;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
