import { finding, type Check, type Finding } from '../check.ts';
import { podTemplates, volumesOf, type Container, type PodTemplate } from '../pods.ts';
import { strimziTemplates } from '../strimzi.ts';
import { at, listAt, textAt, textsAt, treeAt, treesAt, type Tree } from '../tree.ts';

/**
 * The level 'restricted' of the Pod Security Standards, with all that 'baseline' asks:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);
const SELINUX = new Set([undefined, '', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);
const HANDLERS = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
] as const;

type Rule = { readonly path: string; readonly ok: boolean; readonly expected: string; readonly got: unknown };

export const podSecurity: Check = {
  name: 'pod security restricted',
  answers: ['P2', 'CIS 4.2.1', 'CIS 4.2.2', 'CIS 4.2.3', 'CIS 4.2.4', 'CIS 4.2.5'],
  find: (objects) => [...podTemplates(objects), ...strimziTemplates(objects)].flatMap(violations),
};

function violations(template: PodTemplate): Finding[] {
  const { owner, containers } = template;
  return [...podRules(template), ...containers.flatMap((container) => containerRules(container, template))]
    .filter(({ ok }) => !ok)
    .map(({ path, expected, got }) =>
      finding(owner, path, { expected, got, todo: 'the level restricted refuses such a pod' }),
    );
}

function podRules({ spec, path, annotations }: PodTemplate): Rule[] {
  const context = treeAt(spec, 'securityContext');
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].map((key) => unset(spec, [key], path)),
    ...volumesOf(spec).map(({ name, type }) => ({
      path: `${path}.volumes[${name}]`,
      ok: VOLUMES.includes(type),
      expected: `one of ${VOLUMES.join(', ')}`,
      got: type,
    })),
    ...treesAt(context, 'sysctls').map((sysctl) => ({
      path: `${path}.securityContext.sysctls`,
      ok: SYSCTLS.has(textAt(sysctl, 'name') ?? ''),
      expected: 'a safe sysctl',
      got: sysctl['name'],
    })),
    ...Object.entries(annotations)
      .filter(([key]) => key.startsWith('container.apparmor.security.beta.kubernetes.io/'))
      .map(([key, value]) => ({
        path: `${path}.metadata.annotations.${key}`,
        ok: value === 'runtime/default' || value.startsWith('localhost/'),
        expected: 'runtime/default or localhost/*',
        got: value,
      })),
    ...sharedRules(context, `${path}.securityContext`),
  ];
}

/** Rules on what a pod and a container may both say. */
function sharedRules(context: Tree, path: string): Rule[] {
  const appArmor = textAt(context, 'appArmorProfile', 'type');
  const seccomp = textAt(context, 'seccompProfile', 'type');
  const selinux = textAt(context, 'seLinuxOptions', 'type');
  const uid = at(context, 'runAsUser');
  return [
    unset(context, ['windowsOptions', 'hostProcess'], path),
    unset(context, ['seLinuxOptions', 'user'], path, ['']),
    unset(context, ['seLinuxOptions', 'role'], path, ['']),
    { path: `${path}.seLinuxOptions.type`, ok: SELINUX.has(selinux), expected: 'a container type', got: selinux },
    {
      path: `${path}.appArmorProfile.type`,
      ok: [undefined, 'RuntimeDefault', 'Localhost'].includes(appArmor),
      expected: 'RuntimeDefault or Localhost',
      got: appArmor,
    },
    {
      path: `${path}.seccompProfile.type`,
      ok: [undefined, 'RuntimeDefault', 'Localhost'].includes(seccomp),
      expected: 'RuntimeDefault or Localhost',
      got: seccomp,
    },
    { path: `${path}.runAsUser`, ok: uid !== 0, expected: 'a user other than root', got: uid },
    {
      path: `${path}.runAsNonRoot`,
      ok: at(context, 'runAsNonRoot') !== false,
      expected: 'true',
      got: at(context, 'runAsNonRoot'),
    },
  ];
}

function containerRules({ body, path }: Container, { spec }: PodTemplate): Rule[] {
  const own = treeAt(body, 'securityContext');
  const pod = treeAt(spec, 'securityContext');
  const place = `${path}.securityContext`;
  const added = textsAt(own, 'capabilities', 'add');
  const either = (...keys: string[]): unknown => at(own, ...keys) ?? at(pod, ...keys);
  return [
    unset(own, ['privileged'], place),
    ...sharedRules(own, place),
    {
      path: `${place}.allowPrivilegeEscalation`,
      ok: own['allowPrivilegeEscalation'] === false,
      expected: 'false',
      got: own['allowPrivilegeEscalation'],
    },
    {
      path: `${place}.runAsNonRoot`,
      ok: either('runAsNonRoot') === true,
      expected: 'true, here or for the pod',
      got: either('runAsNonRoot'),
    },
    {
      path: `${place}.seccompProfile.type`,
      ok: either('seccompProfile', 'type') !== undefined,
      expected: 'RuntimeDefault, here or for the pod',
      got: undefined,
    },
    {
      path: `${place}.capabilities.drop`,
      ok: textsAt(own, 'capabilities', 'drop').includes('ALL'),
      expected: '["ALL"]',
      got: at(own, 'capabilities', 'drop'),
    },
    {
      path: `${place}.capabilities.add`,
      ok: added.every((name) => name === 'NET_BIND_SERVICE'),
      expected: 'no more than NET_BIND_SERVICE',
      got: added,
    },
    {
      path: `${place}.procMount`,
      ok: [undefined, 'Default'].includes(textAt(own, 'procMount')),
      expected: 'Default',
      got: own['procMount'],
    },
    ...listAt(body, 'ports').map((port) => unset(port, ['hostPort'], `${path}.ports`, [0])),
    ...HANDLERS.flatMap((handler) =>
      ['httpGet', 'tcpSocket'].map((kind) => unset(body, [...handler, kind, 'host'], path, [''])),
    ),
  ];
}

function unset(value: unknown, keys: readonly string[], path: string, allowed: readonly unknown[] = []): Rule {
  const got = at(value, ...keys);
  const ok = got === undefined || got === false || allowed.includes(got);
  return { path: `${path}.${keys.join('.')}`, ok, expected: 'not set', got };
}
