import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { clusterConfig, type ClusterConfigOptions } from '../../src/commands/cluster-config.ts';
import { explain } from '../../src/failure.ts';
import type { Output } from '../../src/output.ts';
import { printed } from './cluster-outputs.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const MANIFESTS = fileURLToPath(new URL('../../../manifests', import.meta.url));
export const FILE = 'manifests/overlays/dev/cluster-config.env';

export type Ran = { readonly status: number | null; readonly stdout: string; readonly stderr: string };
export type Options = Partial<ClusterConfigOptions> & { readonly json?: boolean };
export type Place = {
  readonly home: string;
  /** The command in this process; `outputs.json` is what it reads. */
  readonly call: (options?: Options) => Promise<Ran>;
  /** The program, as people call it. */
  readonly run: (line: string, input?: string) => Ran;
  readonly outputs: (text: string) => void;
  readonly read: (file?: string) => string;
};

/** A folder with the overlay of dev as the repository has it, and outputs that say the same but for two values. */
export function openPlace(t: ExecutionContext, env: NodeJS.ProcessEnv = {}): Place {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'weatherline-cluster-')));
  t.teardown(() => rmSync(home, { recursive: true, force: true }));
  cpSync(MANIFESTS, join(home, 'manifests'), { recursive: true });
  const outputs = (text: string): void => writeFileSync(join(home, 'outputs.json'), text);
  outputs(printed());
  return {
    home,
    outputs,
    call: async (options = {}) => callIn(home, options),
    run: (line, input = '') =>
      spawnSync(process.execPath, [MAIN, 'cluster', 'config', ...line.split(' ').filter((word) => word !== '')], {
        cwd: home,
        input,
        encoding: 'utf8',
        env: { ...process.env, ...env },
      }),
    read: (file = FILE) => readFileSync(join(home, file), 'utf8'),
  };
}

async function callIn(home: string, { json = false, ...options }: Options): Promise<Ran> {
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(`${line}\n`);
  const output: Output = {
    json,
    print,
    say: print,
    result: (result, text) => print(json ? JSON.stringify(result) : text(result)),
  };
  const all = { from: join(home, 'outputs.json'), overlays: join(home, 'manifests/overlays'), ...options };
  try {
    const status = await clusterConfig(all, output);
    return { status, stdout: lines.join(''), stderr: '' };
  } catch (error) {
    const { exitCode, text } = explain(error);
    return { status: exitCode, stdout: lines.join(''), stderr: text.replaceAll(`${home}/`, '') };
  }
}
