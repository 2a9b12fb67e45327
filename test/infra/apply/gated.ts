import type { ExecutionContext, TestFn } from 'ava';
import { infraGate } from '../support/gate.ts';
import type { TerraformTool } from '../support/terraform-tool.ts';

export type GatedTest = (title: string, run: (t: ExecutionContext, tool: TerraformTool) => Promise<void>) => void;

/** `test.serial` where HCL can be applied; else every title is registered as skipped, with the reason in it. */
export function gatedTests(test: TestFn, withinMs: number): GatedTest {
  const { reason, tool } = { reason: undefined, tool: undefined, ...infraGate() };
  if (tool === undefined) return (title) => test.skip(`${title} (skipped: ${reason})`, (t) => t.fail());
  return (title, run) =>
    test.serial(title, async (t) => {
      t.timeout(withinMs);
      await run(t, tool);
    });
}
