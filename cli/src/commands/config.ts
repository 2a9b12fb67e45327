import { EXIT, showConfig } from '@weatherline/runtime';
import { readConfig, SETTINGS } from '../config.ts';
import { table, type Output } from '../output.ts';
import type { ConfigShown, VersionShown } from '../results/program.ts';
import { version } from '../version.ts';

/** Every setting: its value now, where that comes from and what it is for. Secrets are hidden. */
export function printConfig(output: Output): number {
  const shown: ConfigShown = { settings: showConfig(SETTINGS, process.env) };
  output.result(shown, ({ settings }) =>
    table(
      ['SETTING', 'VALUE', 'FROM', 'MEANING'],
      settings.map(({ env, value, source, doc }) => [env, shorten(value), source, doc]),
    ),
  );
  // A bad value is shown and then refused, as it would be at the start.
  readConfig(process.env);
  return EXIT.ok;
}

function shorten(value: string): string {
  return value.length > 40 ? `${value.slice(0, 39)}…` : value;
}

export function printVersion(output: Output): number {
  const shown: VersionShown = { version: version(), node: process.version };
  output.result(shown, () => `weatherline ${shown.version} (Node ${shown.node})`);
  return EXIT.ok;
}
