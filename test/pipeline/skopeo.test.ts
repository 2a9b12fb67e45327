import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import * as v from 'valibot';
import { Bench, script } from './support/bench.ts';
import { OciArchive } from './support/oci.ts';

const isThere = spawnSync('skopeo', ['--version']).error === undefined;
const when = isThere ? test : test.skip;
const title = (text: string): string => `${text}${isThere ? '' : ' (skipped: skopeo is not installed here)'}`;

const Layout = v.object({ manifests: v.array(v.object({ digest: v.string() })) });

/** A registry in a folder: what the scripts say to one over the network, said to files. */
function withFolder(bench: Bench): Bench {
  const registry = join(bench.folder, 'registry');
  return bench.program('cosign').program(
    'skopeo',
    `words=()
     for word in "$@"; do
       [[ $word != docker://* ]] || word=oci:${registry}:image
       words+=("$word")
     done
     PATH="\${PATH#*:}" exec skopeo "\${words[@]}"`,
  );
}

when(title('what is copied keeps its digest, with both architectures and the provenance of each'), (t) => {
  const bench = withFolder(new Bench(t));
  const archive = new OciArchive(bench.temp);
  const copied = bench.run([
    script('copy-image.sh'),
    `oci-archive:${archive.file}`,
    'r.example',
    'fetch',
    archive.digest,
  ]);
  t.is(copied.code, 0, copied.text);
  t.is(copied.calls.at(-1), `cosign sign --yes r.example/weatherline/fetch@${archive.digest}`);
  const index: unknown = JSON.parse(
    readFileSync(join(bench.folder, 'registry/blobs/sha256', archive.digest.replace('sha256:', '')), 'utf8'),
  );
  const { manifests } = v.parse(Layout, index);
  t.is(manifests.length, 4);
  for (const { digest } of manifests)
    t.notThrows(() => readFileSync(join(bench.folder, 'registry/blobs', digest.replace(':', '/'))));
});

when(title('a scan is given the image of one architecture at a time'), (t) => {
  const bench = new Bench(t).program('docker');
  const archive = new OciArchive(bench.temp);
  bench.run(['-c', `mkdir -p ${bench.temp}/out/oci && mv ${archive.file} ${bench.temp}/out/oci/fetch.tar`]);
  const scanned = bench.run(['-c', `TRIVY_IMAGE=scanner bash ${script('scan.sh')} fetch`], { cwd: bench.temp });
  t.is(scanned.code, 0, scanned.text);
  const digests = ['amd64', 'arm64'].map((architecture) => {
    const file = join(bench.temp, `scan/fetch-${architecture}/index.json`);
    const { manifests } = v.parse(Layout, JSON.parse(readFileSync(file, 'utf8')));
    t.is(manifests.length, 1);
    return manifests[0]?.digest;
  });
  t.not(digests[0], digests[1]);
});
