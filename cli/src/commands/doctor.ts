import { EXIT } from '@weatherline/runtime';
import { allChecks } from '../doctor/all.ts';
import { runChecks } from '../doctor/check.ts';
import { reportOf, textOf, wantsColour } from '../doctor/report.ts';
import { secretsOf } from '../doctor/secrets.ts';
import { columnsOf, type Output } from '../output.ts';
import type { DoctorReport } from '../results/installation.ts';

export type DoctorOptions = { readonly data: string; readonly gateway?: string };

/** Looks at everything that an installation can have wrong and says, line by line, what it is and what to do. */
export async function doctor({ data, gateway }: DoctorOptions, output: Output): Promise<number> {
  const { env, version, execPath: path, stdout } = process;
  await using resources = new AsyncDisposableStack();
  const patient = { env, data, gateway, node: { version, path }, now: Date.now, resources };
  const report = reportOf(await runChecks(allChecks(patient)), secretsOf(env));
  const result: DoctorReport = { checks: [...report.checks], status: report.status };
  output.result(result, () => textOf(report, wantsColour(stdout.isTTY, env), columnsOf(stdout)));
  return report.status === 'fail' ? EXIT.unhealthy : EXIT.ok;
}
