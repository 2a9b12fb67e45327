import { motoIsMissing } from '@weatherline/testkit/aws';
import { findTerraform, type TerraformTool } from './terraform-tool.ts';

/** What a test needs that applies HCL against the stand-in, or why it is skipped. */
export type InfraGate = { readonly tool: TerraformTool; readonly reason?: never } | { readonly reason: string };

/** An apply takes minutes: only the long run does it, or somebody by hand (no `WEATHERLINE_TEST_LEVEL`). */
export function infraGate(env: NodeJS.ProcessEnv = process.env): InfraGate {
  const level = env['WEATHERLINE_TEST_LEVEL'];
  if (level !== undefined && level !== 'all') return { reason: 'npm run test:all' };
  const missing = motoIsMissing();
  if (missing !== undefined) return { reason: missing };
  const tool = findTerraform(env);
  return typeof tool === 'string' ? { reason: tool } : { tool };
}
