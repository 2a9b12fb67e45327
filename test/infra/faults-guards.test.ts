import test from 'ava';
import { planted } from './checks/faults/fault.ts';
import { Workspace } from './checks/workspace.ts';
import { hclGate } from './support/gate.ts';

const WITHIN_MS = 300_000;
const gate = hclGate();

/** Mistakes that no plan of sound input shows; the modules' own tests must find them. */
const FAULTS = [
  {
    title: 'a state that pull requests write',
    module: 'bootstrap',
    file: 'ci.tf',
    from: '"repo:${var.repository}:environment:${environment}"',
    to: '"repo:${var.repository}:pull_request"',
    fails: [
      'only_gated_jobs_of_one_repository_take_the_role',
      'by_default_only_the_accounts_own_gate_opens_its_states',
      'a_repository_is_known_by_its_ids_too',
    ],
  },
  {
    title: 'an experiment that nothing stops',
    module: 'modules/chaos',
    file: 'variables.tf',
    from: 'can(regex("^arn:aws[a-z-]*:cloudwatch:[a-z0-9-]+:[0-9]{12}:alarm:[^*]+$", var.stop_alarm_arn))',
    to: 'can(var.stop_alarm_arn)',
    fails: ['no_stop_is_refused'],
  },
  {
    title: 'a role for every service account that begins so',
    module: 'modules/irsa',
    file: 'variables.tf',
    from: 'can(regex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", var.service_account))',
    to: 'can(var.service_account)',
    fails: ['patterns_for_names_are_refused'],
  },
] as const;

for (const fault of FAULTS) {
  const title = `${fault.title}: found by the run ${fault.fails.join(', ')} of ${fault.module}`;
  if (gate.reason === undefined) {
    const { tool } = gate;
    test.serial(title, async (t) => {
      t.timeout(WITHIN_MS);
      using workspace = new Workspace(tool);
      const path = `${fault.module}/${fault.file}`;
      workspace.write(path, planted(workspace.read(path), fault));
      const init = await workspace.run(fault.module, ['init', '-backend=false', '-no-color']);
      t.is(init.code, 0, init.output);
      const { code, output } = await workspace.run(fault.module, ['test', '-no-color']);
      t.is(code, 1, output);
      const failed = [...output.matchAll(/^ +run "(.+)"\.\.\. fail$/gm)].map(([, run]) => run);
      t.deepEqual(failed, [...fault.fails], output);
    });
  } else test.skip(`${title} (skipped: ${gate.reason})`, (t) => t.fail());
}
