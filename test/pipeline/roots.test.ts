import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { ENVIRONMENTS } from './rules/repository.ts';
import { ROOT } from './support/workflow.ts';

const root = (environment: string, name: string): string =>
  readFileSync(`${ROOT}infra/environments/${environment}/${name}`, 'utf8');

for (const environment of ENVIRONMENTS) {
  test(`the roles of ${environment} are made where the workflows look for them, and may read its state`, (t) => {
    const values = root(environment, 'terraform.tfvars');
    const account = /^account_id\s*= "(\d{12})"$/m.exec(values)?.[1];
    const config = readFileSync(`${ROOT}manifests/overlays/${environment}/cluster-config.env`, 'utf8');
    t.true(config.includes(`\nAWS_ACCOUNT_ID=${account}\n`));
    t.regex(values, /^ci = \{$/m);
    t.true(root(environment, 'backend.tf').includes(`"weatherline-tfstate-${account}"`));
    // module ci lets the plan role read keys below the environment's name.
    t.regex(root(environment, 'backend.tf'), new RegExp(`key\\s*= "${environment}/`));
    t.regex(
      readFileSync(`${ROOT}infra/modules/platform/operations.tf`, 'utf8'),
      /state_prefix\s*= "\$\{var\.environment\}\/"/,
    );
  });

  test(`a plan of ${environment} is encrypted before it leaves the runner`, (t) => {
    const [, plan = ''] = /\n {4}plan \{\n(.*?)\n {4}\}/s.exec(root(environment, 'encryption.tofu')) ?? [];
    t.regex(plan, /enforced = true/);
    t.regex(plan, /method\s+= method\.aes_gcm\./);
  });
}

test('whoever has no roles for the pipeline has no part in it', (t) => {
  for (const environment of ['dr', 'global']) {
    t.true(existsSync(`${ROOT}infra/environments/${environment}/main.tf`));
    t.notRegex(root(environment, 'terraform.tfvars'), /^ci = /m);
    t.false(ENVIRONMENTS.includes(environment));
  }
});
