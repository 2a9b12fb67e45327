import { findTerraform, type TerraformTool } from '../support/terraform-tool.ts';

export type HclGate = { readonly tool: TerraformTool; readonly reason?: never } | { readonly reason: string };

/** What a test needs that plans without a server, or why it is skipped. Each plan takes seconds: only the long run does it. */
export function hclGate(env: NodeJS.ProcessEnv = process.env): HclGate {
  const level = env['WEATHERLINE_TEST_LEVEL'];
  if (level !== undefined && level !== 'all') return { reason: 'npm run test:all' };
  const tool = findTerraform(env);
  return typeof tool === 'string' ? { reason: tool } : { tool };
}
