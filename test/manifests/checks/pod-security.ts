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
  const place = `${path}.securityContext`;
  return [
    unset(own, ['privileged'], place),
    ...sharedRules(own, place),
    ...demanded(own, treeAt(spec, 'securityContext'), place),
    ...listAt(body, 'ports').map((port) => unset(port, ['hostPort'], `${path}.ports`, [0])),
    ...HANDLERS.flatMap((handler) =>
      ['httpGet', 'tcpSocket'].map((kind) => unset(body, [...handler, kind, 'host'], path, [''])),
    ),
  ];
}

/** What must be said, by the container itself or, where the standard lets it, by its pod. */
function demanded(own: Tree, pod: Tree, place: string): Rule[] {
  const drop = textsAt(own, 'capabilities', 'drop');
  const add = textsAt(own, 'capabilities', 'add');
  const escalation = own['allowPrivilegeEscalation'];
  const nonRoot = at(own, 'runAsNonRoot') ?? at(pod, 'runAsNonRoot');
  const seccomp = at(own, 'seccompProfile', 'type') ?? at(pod, 'seccompProfile', 'type');
  const procMount = textAt(own, 'procMount');
  return [
    { path: 'allowPrivilegeEscalation', ok: escalation === false, expected: 'false', got: escalation },
    { path: 'runAsNonRoot', ok: nonRoot === true, expected: 'true, here or for the pod', got: nonRoot },
    {
      path: 'seccompProfile.type',
      ok: seccomp !== undefined,
      expected: 'RuntimeDefault, here or for the pod',
      got: seccomp,
    },
    { path: 'capabilities.drop', ok: drop.includes('ALL'), expected: '["ALL"]', got: drop },
    {
      path: 'capabilities.add',
      ok: add.every((one) => one === 'NET_BIND_SERVICE'),
      expected: 'NET_BIND_SERVICE at most',
      got: add,
    },
    { path: 'procMount', ok: procMount === undefined || procMount === 'Default', expected: 'Default', got: procMount },
  ].map((rule) => ({ ...rule, path: `${place}.${rule.path}` }));
}

function unset(value: unknown, keys: readonly string[], path: string, allowed: readonly unknown[] = []): Rule {
  const got = at(value, ...keys);
  const ok = got === undefined || got === false || allowed.includes(got);
  return { path: `${path}.${keys.join('.')}`, ok, expected: 'not set', got };
}
