import type { Check } from '../check.ts';
import { metrics, runbooks } from '../../consistency/checks/alerts.ts';
import { identities, users } from '../../consistency/checks/identities.ts';
import { infraPorts } from '../../consistency/checks/infra-ports.ts';
import { schedule } from '../../consistency/checks/schedule.ts';
import { readKeys, settings } from '../../consistency/checks/settings.ts';
import { vaultRoles } from '../../consistency/checks/vault-roles.ts';
import { groups, partitions, topics } from '../../consistency/checks/topics.ts';
import { availability } from './availability.ts';
import { defaultDeny } from './default-deny.ts';
import { drain } from './drain.ts';
import { exposure } from './exposure.ts';
import { hardening } from './hardening.ts';
import { applicable, images } from './images.ts';
import { mounts } from './mounts.ts';
import { namespaces } from './namespaces.ts';
import { podSecurity } from './pod-security.ts';
import { probes } from './probes.ts';
import { rbac } from './rbac.ts';
import { reachability } from './reachability.ts';
import { references } from './references.ts';
import { resources } from './resources.ts';
import { scaling } from './scaling.ts';
import { scheduling } from './scheduling.ts';
import { schema } from './schema.ts';
import { secrets } from './secrets.ts';
import { serviceAccounts } from './service-accounts.ts';

/** What manifests say of themselves. */
export const POLICIES: readonly Check[] = [
  schema,
  podSecurity,
  hardening,
  resources,
  probes,
  serviceAccounts,
  rbac,
  namespaces,
  exposure,
  secrets,
  mounts,
  references,
  scaling,
  availability,
  scheduling,
  images,
  applicable,
  defaultDeny,
  reachability,
];

/** What manifests, code, alerts and documents say of each other. */
export const CONSISTENCY: readonly Check[] = [
  settings,
  readKeys,
  groups,
  topics,
  partitions,
  infraPorts,
  drain,
  schedule,
  identities,
  users,
  vaultRoles,
  metrics,
  runbooks,
];

export const CHECKS: readonly Check[] = [...POLICIES, ...CONSISTENCY];
