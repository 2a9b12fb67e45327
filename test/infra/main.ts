import { atMost, checkTarget, lineOf } from './checks/run-target.ts';
import { parseTree } from './checks/hcl.ts';
import { INFRA, targetsNamed, Workspace, type Target } from './checks/workspace.ts';
import { findTerraform, type TerraformTool } from './support/terraform-tool.ts';

/**
 * `npm run infra [NAME…]`: fmt, locked init, validate and test of `bootstrap`, every module and every environment, without a
 * network. Ends with 1 when something fails; without OpenTofu and Terraform it says so, and fails only in CI.
 */
const AT_ONCE = 2;
const tally = { passed: 0, failed: 0 };

function tell(passed: boolean, line: string): void {
  tally[passed ? 'passed' : 'failed'] += 1;
  process.stdout.write(line);
}

/** What only OpenTofu reads, Terraform never sees: at least it is HCL. */
async function parseAll(): Promise<void> {
  const since = performance.now();
  try {
    const files = await parseTree(INFRA);
    const seconds = ((performance.now() - since) / 1000).toFixed(1).padStart(7);
    tell(true, `ok      ${'*.tf, *.tofu, *.tfvars'.padEnd(26)} ${`${files.length} files`.padStart(8)} ${seconds} s\n`);
  } catch (error) {
    tell(false, `not ok  *.tf, *.tofu, *.tfvars\n${error instanceof Error ? error.message : String(error)}\n`);
  }
}

async function checkAll(tool: TerraformTool, chosen: readonly Target[]): Promise<void> {
  using workspace = new Workspace(tool);
  await atMost(AT_ONCE, chosen, async (target) => {
    const result = await checkTarget(workspace, target);
    tell(result.failure === undefined, lineOf(result));
  });
}

let skipped = '';
try {
  const chosen = targetsNamed(process.argv.slice(2));
  await parseAll();
  const tool = findTerraform();
  if (typeof tool !== 'string') await checkAll(tool, chosen);
  else if (process.env['CI'] === 'true') tell(false, `not ok  infra: ${tool}\n`);
  else {
    skipped = `, ${chosen.length} skipped`;
    process.stdout.write(
      `skipped: bootstrap, modules and environments: ${tool} (https://opentofu.org/docs/intro/install/)\n`,
    );
  }
} catch (error) {
  tell(false, `not ok  ${error instanceof Error ? error.message : String(error)}\n`);
}
process.stdout.write(`${tally.passed} passed, ${tally.failed} failed${skipped}\n`);
process.exitCode = tally.failed > 0 ? 1 : 0;
