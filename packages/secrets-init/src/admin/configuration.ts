import * as v from 'valibot';

const NAME = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/, 'expected a name of small letters, digits and hyphens'));
const CAPABILITY = v.picklist(['create', 'read', 'update', 'patch', 'delete', 'list', 'sudo']);

const ROLE = v.strictObject({
  // One account in one namespace: names with a star would let others in.
  serviceAccount: NAME,
  namespace: NAME,
  policies: v.pipe(v.array(NAME), v.minLength(1)),
});

const DOCUMENT = v.strictObject({
  audit: v.record(
    NAME,
    v.strictObject({
      type: v.picklist(['file', 'socket', 'syslog']),
      description: v.string(),
      options: v.record(v.string(), v.string()),
    }),
  ),
  mounts: v.record(
    NAME,
    v.strictObject({
      type: v.literal('kv'),
      description: v.string(),
      options: v.strictObject({ version: v.literal('2') }),
      maxVersions: v.pipe(v.number(), v.integer(), v.minValue(1)),
    }),
  ),
  auth: v.record(
    NAME,
    v.strictObject({
      description: v.string(),
      config: v.strictObject({ kubernetes_host: v.pipe(v.string(), v.startsWith('https://')) }),
      roles: v.record(NAME, ROLE),
    }),
  ),
  policies: v.record(NAME, v.record(v.string(), v.pipe(v.array(CAPABILITY), v.minLength(1)))),
});

export type Document = v.InferOutput<typeof DOCUMENT>;
export type Role = v.InferOutput<typeof ROLE>;

/** Reads the JSON of a configuration, or throws an error that names everything that is wrong with it. */
export function parseDocument(text: string): Document {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new RangeError('expected a JSON object of audit, mounts, auth and policies');
  }
  const parsed = v.safeParse(DOCUMENT, json);
  if (!parsed.success) {
    const issues = parsed.issues.map(
      ({ message, path = [] }) => `${path.map(({ key }) => String(key)).join('.')}: ${message}`,
    );
    throw new RangeError(issues.join('; '));
  }
  const problems = contradictions(parsed.output);
  if (problems.length > 0) throw new RangeError(problems.join('; '));
  return parsed.output;
}

function contradictions({ audit, auth, policies }: Document): string[] {
  const roles = Object.values(auth).flatMap((method) => Object.entries(method.roles));
  const unknown = roles.flatMap(([role, { policies: named }]) =>
    named.filter((name) => !Object.hasOwn(policies, name)).map((name) => `role ${role}: there is no policy ${name}`),
  );
  const raw = Object.entries(audit).filter(([, { options }]) => options['log_raw'] === 'true');
  return [
    ...unknown,
    ...raw.map(([name]) => `audit device ${name}: log_raw would write secrets`),
    ...(Object.keys(audit).length < 2
      ? ['audit: expected two devices or more, for Vault stops when its only one fails']
      : []),
  ];
}

/** A policy in HCL. `${environment}` becomes the environment's name. */
export function policyText(paths: Document['policies'][string], environment: string): string {
  const blocks = Object.entries(paths).map(([path, capabilities]) => {
    const list = capabilities.map((capability) => `"${capability}"`).join(', ');
    return `path "${path.replaceAll('${environment}', environment)}" {\n  capabilities = [${list}]\n}\n`;
  });
  return blocks.join('\n');
}
