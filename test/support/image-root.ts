import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { buildComponent } from '../../manifests/images/build.ts';
import { COMPONENTS } from '../../manifests/images/components.ts';
import { imageOf, type Image } from '../../manifests/images/dockerfile.ts';
import { Contained } from './contained.ts';
import { memoryGroup } from './memory-group.ts';

const WARM = fileURLToPath(new URL('../../manifests/images/warm.ts', import.meta.url));
const NODE = '/nodejs/bin/node';
/** What the base and the runtime set. */
const BASE_ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/home/nonroot' };

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

type Spawned = Required<Omit<StartOptions, 'args' | 'memoryMiB'>> & StartOptions;

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
    for (const path of [
      'app',
      'nodejs/bin',
      'proc',
      'dev',
      'tmp',
      'warm',
      'cache',
      'etc',
      'home/nonroot',
      'sys/fs/cgroup',
    ])
      this.#mkdir(path);
    writeFileSync(join(this.folder, NODE), '');
    writeFileSync(join(this.folder, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
    // The AWS SDK asks where home is, and fails where nobody knows.
    writeFileSync(
      join(this.folder, 'etc/passwd'),
      'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
    );
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
      env: { ...BASE_ENV, ...this.image.warmEnv, COMPONENT: this.name },
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
      env: { ...BASE_ENV, ...this.image.env, ...env },
      volumes: [{ source: join(this.folder, 'images', this.name), at: '/app', isReadOnly: true }, ...volumes],
      isAlone,
      memoryMiB,
    });
  }

  #spawn(command: readonly string[], options: Spawned): Contained {
    const { volumes, isAlone, memoryMiB } = options;
    const group = memoryMiB === undefined ? undefined : memoryGroup(this.#t, memoryMiB);
    for (const { source, at } of volumes) {
      if (statSync(source).isDirectory()) this.#mkdir(at);
    }
    const script = this.#script(command, options, group !== undefined);
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

  /** What is done in the new namespaces, before the command takes their place. */
  #script(command: readonly string[], { env, volumes, isAlone }: Spawned, isLimited: boolean): string {
    const root = quoted(this.folder);
    const bound = [{ source: process.execPath, at: NODE, isReadOnly: true }, ...volumes];
    const mounts = bound.flatMap(({ source, at, isReadOnly }) => {
      const target = quoted(join(this.folder, at));
      const remount = isReadOnly ? [`mount -o remount,ro,bind ${target}`] : [];
      return [`mount --bind ${quoted(source)} ${target}`, ...remount];
    });
    const set = Object.entries(env).map(([name, value]) => quoted(`${name}=${value}`));
    return [
      'set -eu',
      ...(isAlone ? ['ip link set lo up'] : []),
      `mount --bind ${root} ${root}`,
      ...mounts,
      `mount --rbind /dev ${root}/dev`,
      ...(isLimited ? [`mount --rbind /sys/fs/cgroup ${root}/sys/fs/cgroup`] : []),
      `mount -t proc proc ${root}/proc`,
      `mount -o remount,ro,bind ${root}`,
      // Node is process 1 from here on: what it has no handler for, it does not get.
      `exec env -i ${set.join(' ')} \\`,
      `  "$(command -v chroot)" --userspec=${this.image.user} ${root} ${command.map(quoted).join(' ')}`,
    ].join('\n');
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
