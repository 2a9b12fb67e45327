import { motoIsMissing } from '@weatherline/testkit/aws';
import { findTerraform, type TerraformTool } from './terraform-tool.ts';

/** What a test needs, or why it is skipped. */
export type Gate = { readonly tool: TerraformTool; readonly reason?: never } | { readonly reason: string };

/** For what plans without a server. Each plan takes seconds: only the long run does it, or somebody by hand (no `WEATHERLINE_TEST_LEVEL`). */
export function hclGate(env: NodeJS.ProcessEnv = process.env): Gate {
  return gateOf(env, () => undefined);
}

/** For what asks the stand-in, which is moto with corrections. */
export function infraGate(env: NodeJS.ProcessEnv = process.env): Gate {
  return gateOf(env, motoIsMissing);
}

function gateOf(env: NodeJS.ProcessEnv, whatIsMissing: () => string | undefined): Gate {
  const level = env['WEATHERLINE_TEST_LEVEL'];
  if (level !== undefined && level !== 'all') return { reason: 'npm run test:all' };
  const missing = whatIsMissing();
  if (missing !== undefined) return { reason: missing };
  const tool = findTerraform(env);
  return typeof tool === 'string' ? { reason: tool } : { tool };
}
