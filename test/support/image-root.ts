import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { buildComponent } from '../../manifests/images/build.ts';
import { COMPONENTS } from '../../manifests/images/components.ts';
import { imageOf, type Image } from '../../manifests/images/dockerfile.ts';

const WARM = fileURLToPath(new URL('../../manifests/images/warm.ts', import.meta.url));
const NODE = '/nodejs/bin/node';

/** Why containers cannot be imitated here; undefined = they can. */
export function whyNoContainers(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root, for namespaces';
  try {
    execFileSync('unshare', ['--mount', '--net', '--pid', '--fork', 'ip', 'link', 'set', 'lo', 'up'], {
      stdio: 'ignore',
    });
    return undefined;
  } catch {
    return 'needs unshare and ip, and the right to use them';
  }
}

export type Volume = { readonly source: string; readonly at: string; readonly isReadOnly: boolean };

export type StartOptions = {
  readonly args?: readonly string[];
  /** What the pod sets; what the image sets comes first, and there is nothing else. */
  readonly env?: Readonly<Record<string, string>>;
  readonly volumes?: readonly Volume[];
  /** A network of its own, with nothing but loopback. */
  readonly isAlone?: boolean;
  /** Enforced where this machine lets us make a cgroup; Node sees it, as in a pod. */
  readonly memoryMiB?: number | undefined;
};

/** What an image of ours holds, as a root directory; no container engine is needed to start it. */
export class ImageRoot {
  readonly name: string;
  readonly image: Image;
  readonly folder: string;
  readonly #t: ExecutionContext;

  private constructor(t: ExecutionContext, name: string, folder: string) {
    this.#t = t;
    this.name = name;
    this.folder = folder;
    this.image = imageOf();
  }

  /** Builds the component and compiles it as the Dockerfile does: in its place, by its user, with nobody to talk to. */
  static async make(t: ExecutionContext, name: string): Promise<ImageRoot> {
    const folder = mkdtempSync(join(tmpdir(), 'weatherline-image-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const component = COMPONENTS.find((one) => one.name === name);
    if (component === undefined) throw new Error(`there is no image ${name}`);
    const { folder: app } = await buildComponent(component, { out: folder });
    const root = new ImageRoot(t, name, folder);
    root.#layOut();
    await root.#warm(app);
    return root;
  }

  /** The base's part: Node, the libraries that it loads, and the empty folders that a runtime fills. */
  #layOut(): void {
    chmodSync(this.folder, 0o755);
    for (const path of ['app', 'nodejs/bin', 'proc', 'dev', 'tmp', 'warm', 'cache', 'etc', 'sys/fs/cgroup'])
      this.#mkdir(path);
    writeFileSync(join(this.folder, NODE), '');
    writeFileSync(join(this.folder, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
    copyFileSync(WARM, join(this.folder, 'warm/warm.ts'));
    for (const library of execFileSync('ldd', [process.execPath], { encoding: 'utf8' }).matchAll(/(\/\S+)/g)) {
      const path = library[0];
      this.#mkdir(dirname(path));
      copyFileSync(path, join(this.folder, path));
      chmodSync(join(this.folder, path), 0o755);
    }
  }

  #mkdir(path: string): void {
    mkdirSync(join(this.folder, path), { recursive: true, mode: 0o755 });
  }

  async #warm(app: string): Promise<void> {
    const cache = join(this.folder, 'cache');
    chmodSync(cache, 0o777);
    const running = this.#spawn([NODE, '/warm/warm.ts', '/app', '/cache/compile-cache'], {
      env: { ...this.image.warmEnv, COMPONENT: this.name },
      volumes: [
        { source: app, at: '/app', isReadOnly: true },
        { source: cache, at: '/cache', isReadOnly: false },
      ],
      isAlone: true,
    });
    const code = await running.closed;
    if (code !== 0) throw new Error(`${this.name} cannot be compiled: ${running.output()}`);
    execFileSync('cp', ['-r', join(cache, 'compile-cache'), join(app, 'compile-cache')]);
  }

  /** Starts the entry point with arguments, as a container does. */
  start({ args = [], env = {}, volumes = [], isAlone = false, memoryMiB }: StartOptions = {}): Contained {
    return this.#spawn([...this.image.entrypoint, ...args], {
      env: { ...this.image.env, ...env },
      volumes: [{ source: join(this.folder, 'images', this.name), at: '/app', isReadOnly: true }, ...volumes],
      isAlone,
      memoryMiB,
    });
  }

  #spawn(
    command: readonly string[],
    options: Required<Omit<StartOptions, 'args' | 'memoryMiB'>> & StartOptions,
  ): Contained {
    const { env, volumes, isAlone, memoryMiB } = options;
    const group = memoryMiB === undefined ? undefined : memoryGroup(this.#t, memoryMiB);
    for (const { source, at } of volumes) {
      if (statSync(source).isDirectory()) this.#mkdir(at);
    }
    const mounts = [{ source: process.execPath, at: NODE, isReadOnly: true }, ...volumes].flatMap(
      ({ source, at, isReadOnly }) => {
        const target = quoted(join(this.folder, at));
        return [
          `mount --bind ${quoted(source)} ${target}`,
          ...(isReadOnly ? [`mount -o remount,ro,bind ${target}`] : []),
        ];
      },
    );
    const root = quoted(this.folder);
    const script = [
      'set -eu',
      ...(isAlone ? ['ip link set lo up'] : []),
      `mount --bind ${root} ${root}`,
      ...mounts,
      `mount --rbind /dev ${root}/dev`,
      ...(group === undefined ? [] : [`mount --rbind /sys/fs/cgroup ${root}/sys/fs/cgroup`]),
      `mount -t proc proc ${root}/proc`,
      `mount -o remount,ro,bind ${root}`,
      // Node is process 1 from here on: what it has no handler for, it does not get.
      `exec env -i ${Object.entries(env)
        .map(([name, value]) => quoted(`${name}=${value}`))
        .join(' ')} \\
        "$(command -v chroot)" --userspec=${this.image.user} ${root} ${command.map(quoted).join(' ')}`,
    ].join('\n');
    const namespaces = ['--mount', '--pid', '--fork', '--kill-child', ...(isAlone ? ['--net'] : [])];
    // Processes are counted by their number outside, so it joins before it has another one.
    const joining = group === undefined ? ':' : `echo $$ > ${quoted(group)}/cgroup.procs`;
    const outer = [joining, 'exec unshare "$@"'].join(' && ');
    const child = spawn('sh', ['-c', outer, 'sh', ...namespaces, 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const contained = new Contained(child, isAlone, group !== undefined);
    this.#t.teardown(async () => contained.kill());
    return contained;
  }
}

let groups = 0;

/** A cgroup with a limit, of version 1 or 2; undefined where none can be made. */
function memoryGroup(t: ExecutionContext, memoryMiB: number): string | undefined {
  const isFirst = existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes');
  const parent = isFirst ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
  const group = join(parent, `weatherline-test-${process.pid}-${(groups += 1)}`);
  const remove = (): void => {
    try {
      rmdirSync(group);
    } catch {
      // Somebody is still in it, or it was never there.
    }
  };
  try {
    mkdirSync(group);
    t.teardown(remove);
    writeFileSync(join(group, isFirst ? 'memory.limit_in_bytes' : 'memory.max'), String(memoryMiB * 1024 ** 2));
    return group;
  } catch {
    remove();
    return undefined;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A process that runs as in a container. */
export class Contained {
  readonly child: ChildProcess;
  /** The exit code, or the signal's name. */
  readonly closed: Promise<number | string>;
  /** Whether more memory than allowed would end it. */
  readonly isLimited: boolean;
  readonly #isAlone: boolean;
  #output = '';

  constructor(child: ChildProcess, isAlone: boolean, isLimited: boolean) {
    this.child = child;
    this.isLimited = isLimited;
    this.#isAlone = isAlone;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    }
    this.closed = once(child, 'close').then(([code, signal]) => (typeof code === 'number' ? code : String(signal)));
  }

  output(): string {
    return this.#output;
  }

  /** Its process id outside: `unshare` has this one child. */
  pid(): number | undefined {
    const { pid } = this.child;
    const file = `/proc/${pid}/task/${pid}/children`;
    const found = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    return found === '' ? undefined : Number(found);
  }

  signal(signal: NodeJS.Signals): void {
    const pid = this.pid();
    if (pid !== undefined) process.kill(pid, signal);
  }

  /** Ends it at once. It has another user than `unshare`, which then cannot end it with itself. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    this.child.kill('SIGKILL');
    await this.closed;
  }

  /** The most memory that was its own so far, in MiB. */
  peakMiB(): number {
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid()}/status`, 'utf8')) ?? [];
    return Number(kib) / 1024;
  }

  /** The status of an answer, as a kubelet asks; 0 = none within a second. */
  async get(port: number, path: string): Promise<{ readonly status: number; readonly body: string }> {
    const script = `fetch('http://127.0.0.1:${port}${path}', { signal: AbortSignal.timeout(5000) }).then(
      async (answer) => console.log(JSON.stringify({ status: answer.status, body: await answer.text() })),
      () => console.log('{"status":0,"body":""}'))`;
    const [command, inside] = this.#isAlone ? ['nsenter', ['--target', String(this.pid()), '--net']] : ['env', []];
    const asked = promisify(execFile)(command, [...inside, process.execPath, '--eval', script], {
      maxBuffer: 16 * 1024 ** 2,
    });
    // It may end just now, and its network with it.
    const { stdout } = await asked.catch(() => ({ stdout: '{"status":0,"body":""}' }));
    return JSON.parse(stdout);
  }

  /** Asks until the status is the one wanted. */
  async answers(port: number, path: string, status: number, withinMs = 30_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    let last = 0;
    while (Date.now() < deadline && this.child.exitCode === null) {
      last = this.pid() === undefined ? 0 : (await this.get(port, path)).status;
      if (last === status) return;
      await delay(100);
    }
    throw new Error(`${path} of ${port} answers ${last}, not ${status}: ${this.#output.slice(-3000)}`);
  }
}
