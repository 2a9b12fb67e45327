import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parse } from 'yaml';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDER = `${ROOT}.github/workflows`;

const Values = v.optional(v.record(v.string(), v.unknown()), {});
const Words = v.pipe(
  v.optional(v.union([v.string(), v.array(v.string())]), []),
  v.transform((words) => [words].flat()),
);

const Step = v.looseObject({
  id: v.optional(v.string()),
  if: v.optional(v.string()),
  uses: v.optional(v.string()),
  run: v.optional(v.string()),
  with: Values,
  env: Values,
});
export type Step = v.InferOutput<typeof Step>;

const Job = v.looseObject({
  needs: Words,
  if: v.optional(v.string(), ''),
  permissions: v.optional(v.union([v.string(), v.record(v.string(), v.string())])),
  concurrency: v.optional(v.unknown()),
  environment: v.optional(v.unknown()),
  'runs-on': v.optional(v.unknown()),
  'timeout-minutes': v.optional(v.number()),
  strategy: v.optional(v.looseObject({ matrix: Values })),
  steps: v.optional(v.array(Step), []),
  uses: v.optional(v.string()),
  with: Values,
});
export type Job = v.InferOutput<typeof Job>;

const Document = v.looseObject({
  on: v.unknown(),
  permissions: v.optional(v.unknown()),
  concurrency: v.optional(v.unknown()),
  defaults: v.optional(v.unknown()),
  jobs: v.record(v.string(), Job),
});

export type Workflow = v.InferOutput<typeof Document> & {
  readonly name: string;
  readonly text: string;
  /** What starts it. */
  readonly events: readonly string[];
};

/** Texts by file name. */
export type Texts = ReadonlyMap<string, string>;

export function readWorkflows(): Texts {
  const names = readdirSync(FOLDER).toSorted();
  return new Map(names.map((name) => [name, readFileSync(`${FOLDER}/${name}`, 'utf8')]));
}

export function parseWorkflows(texts: Texts): readonly Workflow[] {
  return [...texts].map(([name, text]) => {
    const document = v.parse(Document, parse(text));
    return { ...document, name, text, events: eventsOf(document.on) };
  });
}

function eventsOf(on: unknown): readonly string[] {
  if (typeof on === 'string') return [on];
  return Array.isArray(on) ? on.map(String) : Object.keys(Object(on));
}

export type Place = { readonly workflow: Workflow; readonly id: string; readonly job: Job; readonly at: string };

export function placesOf(workflows: readonly Workflow[]): readonly Place[] {
  return workflows.flatMap((workflow) =>
    Object.entries(workflow.jobs).map(([id, job]) => ({ workflow, id, job, at: `${workflow.name} ${id}` })),
  );
}

/** Jobs that must have succeeded before this one, in its workflow and in those that call it. */
export function before(place: Place, all: readonly Place[]): readonly Place[] {
  const direct = [
    ...all.filter(({ workflow, id }) => workflow === place.workflow && place.job.needs.includes(id)),
    ...callersOf(place, all).flatMap((caller) => before(caller, all)),
  ];
  return [...new Set(direct.flatMap((one) => [one, ...before(one, all)]))];
}

export function callersOf({ workflow }: Place, all: readonly Place[]): readonly Place[] {
  return all.filter(({ job }) => job.uses === `./.github/workflows/${workflow.name}`);
}

/** The permissions that a job writes with, by name; one that asks for all at once has a rule against itself. */
export function writesOf({ job }: Place): readonly string[] {
  return Object.entries(typeof job.permissions === 'string' ? {} : (job.permissions ?? {}))
    .filter(([, level]) => level !== 'read' && level !== 'none')
    .map(([name]) => name);
}

/** The roles of AWS that a job takes, as they are written. */
export function rolesOf({ job }: Place): readonly string[] {
  return job.steps
    .map((step) => step.with['role-to-assume'])
    .filter((role) => role !== undefined)
    .map(String);
}
