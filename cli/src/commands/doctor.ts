import { existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:http';
import { EXIT, listen } from '@weatherline/runtime';
import { readConfig, type Config } from '../config.ts';
import { openDataDirectory, ownDirectory, DirectoryOwned } from '../data-directory.ts';
import { explain } from '../failure.ts';
import type { Output } from '../output.ts';

type Finding = { readonly name: string; readonly state: 'ok' | 'warn' | 'fail'; readonly detail: string };

const ENOUGH_BYTES = 256 * 1024 * 1024;

/** Looks at everything that a start needs and says, line by line, what would go wrong and what to do. */
export async function doctor({ data }: { data: string }, output: Output): Promise<number> {
  const findings: Finding[] = [node()];
  let config: Config | undefined;
  try {
    config = readConfig(process.env);
    const { locations, provider, schedule } = config;
    findings.push(
      ok('settings', `${locations.length} locations, provider ${provider}, schedule ${schedule.expression}`),
    );
  } catch (error) {
    findings.push(fail('settings', explain(error).text));
  }
  findings.push(...directory(data));
  if (config !== undefined) {
    findings.push(await port('http port', config.httpHost, config.httpPort, 'WEATHERLINE_HTTP_PORT', 'fail'));
    const severity = config.infraPortIsSet ? 'fail' : 'warn';
    findings.push(await port('infra port', config.httpHost, config.infraPort, 'WEATHERLINE_INFRA_PORT', severity));
  }
  output.result({ findings }, () =>
    findings.map(({ state, name, detail }) => `${state.padEnd(5)}${name}: ${detail}`).join('\n'),
  );
  return findings.some(({ state }) => state === 'fail') ? EXIT.unhealthy : EXIT.ok;
}

function node(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  return major >= 24
    ? ok('node', process.version)
    : fail('node', `expected 24 or newer, got ${process.version}: start through npm, which brings its own`);
}

function directory(data: string): Finding[] {
  if (!existsSync(data)) return [ok('data directory', `${data} is not there yet; the first start makes it`)];
  const findings: Finding[] = [];
  try {
    const opened = openDataDirectory(data);
    findings.push(ok('data directory', opened.path));
    const { bavail, bsize } = statfsSync(opened.path);
    const free = bavail * bsize;
    const text = `${Math.round(free / 1024 / 1024)} MiB free`;
    findings.push(
      free > ENOUGH_BYTES ? ok('disk', text) : { name: 'disk', state: 'warn', detail: `${text}: make room soon` },
    );
    ownDirectory(opened)[Symbol.dispose]();
    findings.push(ok('owner', 'nobody; the next start takes the directory'));
  } catch (error) {
    if (error instanceof DirectoryOwned)
      findings.push(ok('owner', `process ${error.owner?.pid ?? 'unknown'} is running here`));
    else findings.push(fail('data directory', explain(error).text));
  }
  return findings;
}

async function port(
  name: string,
  host: string,
  wanted: number,
  setting: string,
  severity: 'warn' | 'fail',
): Promise<Finding> {
  try {
    await (await listen(createServer(), { host, port: wanted, setting }))[Symbol.asyncDispose]();
    return ok(name, `${wanted} is free`);
  } catch (error) {
    return { name, state: severity, detail: explain(error).text };
  }
}

function ok(name: string, detail: string): Finding {
  return { name, state: 'ok', detail };
}

function fail(name: string, detail: string): Finding {
  return { name, state: 'fail', detail };
}
