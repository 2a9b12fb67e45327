import { spawnSync } from 'node:child_process';

/** A folder or a file of this machine and where a sandbox has it. */
export type Mount = { readonly source: string; readonly path: string; readonly readOnly: boolean };

export type SandboxOptions = {
  /** An empty folder; the root of the sandbox is mounted there, for the sandbox alone. */
  readonly root: string;
  /** The image's `/app`. */
  readonly app: string;
  readonly mounts: readonly Mount[];
  readonly argv: readonly string[];
  /** Of the unprivileged user and its group. */
  readonly uid: number;
  /** Groups beside its own, as `fsGroup` gives them. */
  readonly groups?: readonly number[];
};

const NODE = '/nodejs/bin/node';
/** What a distroless image has of a Linux: its libraries. */
const SYSTEM = ['usr', 'bin', 'sbin', 'lib', 'lib64'];

/** Why there can be no sandbox here; undefined = there can. */
export function whyNoSandbox(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root, for a mount namespace';
  const probe = spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', 'mount -t tmpfs none /tmp']);
  if (probe.status !== 0) return 'mount namespaces are not permitted';
  return undefined;
}

/**
 * The command that runs a bundle as its image does: a read-only tree, an unprivileged user without capabilities, Node
 * at its place, and nothing else than what is mounted. The process is the one that is spawned: signals reach it.
 */
export function sandboxed(options: SandboxOptions): { readonly command: string; readonly args: readonly string[] } {
  const { root, app, mounts, argv, uid, groups = [] } = options;
  const all: readonly Mount[] = [
    { source: process.execPath, path: NODE, readOnly: true },
    { source: app, path: '/app', readOnly: true },
    { source: '/etc/hosts', path: '/etc/hosts', readOnly: true },
    { source: '/proc', path: '/proc', readOnly: false },
    { source: '/dev', path: '/dev', readOnly: false },
    ...mounts,
  ];
  const script = [
    'set -e',
    `mount -t tmpfs -o mode=755 sandbox ${quoted(root)}`,
    ...SYSTEM.map(
      (name) =>
        `if [ -L /${name} ]; then cp -P /${name} ${quoted(`${root}/${name}`)}; ` +
        `elif [ -e /${name} ]; then mkdir ${quoted(`${root}/${name}`)}; ${bind(`/${name}`, `${root}/${name}`, true)}; fi`,
    ),
    // As distroless has it: without its user in there the SDK of AWS cannot find a home, and gives up.
    `mkdir -p ${quoted(`${root}/etc`)} && printf '%s\\n' 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' > ${quoted(`${root}/etc/passwd`)}`,
    ...all.map(({ source, path, readOnly }) => mounted(source, `${root}${path}`, readOnly)),
    `mount -o remount,ro ${quoted(root)}`,
    `exec chroot --userspec=${uid}:${uid} --groups=${groups.join(',')} ${quoted(root)} ` +
      `/usr/bin/setpriv --no-new-privs --bounding-set=-all --inh-caps=-all ${[NODE, ...argv].map(quoted).join(' ')}`,
  ].join('\n');
  return { command: 'unshare', args: ['--mount', '--propagation', 'private', '/bin/sh', '-c', script] };
}

function mounted(source: string, target: string, readOnly: boolean): string {
  const [from, to] = [quoted(source), quoted(target)];
  return (
    `if [ -d ${from} ]; then mkdir -p ${to}; else mkdir -p "$(dirname ${to})"; : > ${to}; fi; ` +
    bind(source, target, readOnly)
  );
}

function bind(source: string, target: string, readOnly: boolean): string {
  const [from, to] = [quoted(source), quoted(target)];
  return `mount --bind ${from} ${to}${readOnly ? `; mount -o remount,bind,ro ${to}` : ''}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
