import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { isInstance, type Instance } from './prices.ts';
import { parseTfvars } from './tfvars.ts';
import type { EnvironmentName } from './workload.ts';

/** What Terraform makes in an environment, as far as it costs something. */
export type Shape = {
  readonly system: { readonly type: Instance; readonly count: number; readonly diskGib: number };
  readonly nat: 'single' | 'per_az';
  readonly interfaceEndpoints: number;
  readonly hasBalancer: boolean;
  readonly hasAccessHost: boolean;
  readonly guardsRuntime: boolean;
  readonly kafka: 'none' | 'serverless' | 'provisioned';
  readonly isReplicated: boolean;
  /** Whether the cluster and all around it is there; false = the stores alone. */
  readonly isRunning: boolean;
};

/** Zones of every network: `az_count` in modules/platform. */
export const ZONES = 3;
/** A small root volume beside the large one of each node. */
export const ROOT_GIB = 4;
/** Nodes of Karpenter: the large volume of its node class. */
export const KARPENTER_GIB = 50;
export const ACCESS_HOST: Instance = 't4g.nano';
export const ACCESS_HOST_GIB = 8;
/** Rules of the web ACL: four groups of AWS's and the rate limit. */
export const ACL_RULES = 5;
/** Customer managed keys: of modules/platform's parts, and of modules/stores'. */
export const KEYS = { platform: 3, accessHost: 1, mskProvisioned: 1, stores: 3, registry: 1 } as const;
/** From 7 to 20 o'clock on five days, as modules/finops has it for environments that may be away. */
export const WORKING_HOURS_A_WEEK = 65;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const Tfvars = v.looseObject({
  network: v.looseObject({
    nat_mode: v.optional(v.picklist(['single', 'per_az']), 'single'),
    interface_endpoints: v.optional(v.array(v.string()), []),
  }),
  cluster: v.looseObject({
    system_nodes: v.looseObject({
      instance_types: v.tuple([v.pipe(v.string(), v.check(isInstance, 'has no price in prices.ts'))]),
      size: v.number(),
      disk_gib: v.number(),
    }),
  }),
  kafka: v.looseObject({ mode: v.optional(v.picklist(['none', 'serverless', 'provisioned']), 'none') }),
  audit: v.looseObject({ guardduty_features: v.optional(v.array(v.string()), ['S3_DATA_EVENTS', 'EKS_AUDIT_LOGS']) }),
  access_host: v.optional(v.nullable(v.looseObject({}))),
  dr: v.optional(v.nullable(v.looseObject({}))),
  dr_mode: v.optional(v.picklist(['cold', 'pilot_light'])),
});

export function readShape(name: EnvironmentName): Shape {
  const overlay = readFileSync(`${ROOT}/manifests/overlays/${name}/kustomization.yaml`, 'utf8');
  return shapeOf(readFileSync(`${ROOT}/infra/environments/${name}/terraform.tfvars`, 'utf8'), overlay);
}

/** From the text of terraform.tfvars, and of the overlay's kustomization, which decides about the load balancer. */
export function shapeOf(tfvars: string, kustomization: string): Shape {
  const { network, cluster, kafka, audit, access_host, dr, dr_mode } = v.parse(Tfvars, parseTfvars(tfvars));
  const { instance_types, size, disk_gib } = cluster.system_nodes;
  const [type] = instance_types;
  if (!isInstance(type)) throw new TypeError(`${type} has no price`);
  return {
    system: { type, count: size, diskGib: disk_gib },
    nat: network.nat_mode,
    interfaceEndpoints: network.interface_endpoints.length,
    // An overlay without replicas has nobody to balance to, and the controller that makes it does not run.
    hasBalancer:
      /components\/alb-ingress/.test(kustomization) && !/^ +- .*components\/compute-cold/m.test(kustomization),
    hasAccessHost: access_host !== undefined && access_host !== null,
    guardsRuntime: audit.guardduty_features.includes('RUNTIME_MONITORING'),
    kafka: kafka.mode,
    isReplicated: dr !== undefined && dr !== null,
    isRunning: dr_mode !== 'cold',
  };
}
