import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Life } from './life.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const Checked = v.object({ environment: v.string(), differences: v.array(v.object({ key: v.string() })) });
/** AWS numbers them; all else follows from names. */
const NUMBERED = ['CERTIFICATE_ARN', 'WEB_ACL_ARN'];

/** `weatherline cluster config` reads what was printed, and finds the overlay as it is but for what AWS numbers. */
export async function compareOverlay(life: Life): Promise<string> {
  const { stdout } = await life.terraform.must(['output', '-json', '-no-color']);
  const { environment, differences } = await check(stdout);
  assert.equal(environment, life.environment.name);
  assert.deepEqual(differences.map(({ key }) => key).toSorted(), NUMBERED);
  return `only ${NUMBERED.join(' and ')} differ`;
}

async function check(outputs: string): Promise<v.InferOutput<typeof Checked>> {
  const folder = mkdtempSync(join(tmpdir(), 'weatherline-outputs-'));
  try {
    const file = join(folder, 'outputs.json');
    writeFileSync(file, outputs);
    const args = ['cli/src/main.ts', 'cluster', 'config', '--from', file, '--check', '--json'];
    const { promise, resolve } = Promise.withResolvers<string>();
    const child = execFile(process.execPath, args, { cwd: REPOSITORY }, (_error, stdout, stderr) =>
      resolve(stdout === '' ? stderr : stdout),
    );
    const said = await promise;
    assert.equal(child.exitCode, 1, said);
    return v.parse(Checked, JSON.parse(said));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
