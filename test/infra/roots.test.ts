import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { INFRA } from './checks/workspace.ts';

const rootOf = (name: string): string => join(INFRA, 'environments', name);
/** What is an environment's own: its values, the place of its state, and the region of that place's key. */
const OWN = new Set(['terraform.tfvars', 'backend.tf', 'encryption.tofu']);

test('dev, staging and prod are the same files, but for what is theirs alone', (t) => {
  const files = readdirSync(rootOf('dev'), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .toSorted();
  t.true(files.includes('main.tf') && files.includes('.terraform.lock.hcl'));
  for (const name of ['staging', 'prod']) {
    const others = readdirSync(rootOf(name), { withFileTypes: true }).filter((entry) => entry.isFile());
    t.deepEqual(others.map((entry) => entry.name).toSorted(), files);
    for (const file of files.filter((one) => !OWN.has(one)))
      t.is(
        readFileSync(join(rootOf(name), file), 'utf8'),
        readFileSync(join(rootOf('dev'), file), 'utf8'),
        `${name}/${file}`,
      );
  }
});
