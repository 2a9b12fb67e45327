import { beside, isSet, ofType, statementsOf, type Resource, type Statement, type World } from '../facts.ts';
import { each, verdict, type Rule, type Verdict } from '../rule.ts';
import { at, textAt, texts, treesAt } from '../tree.ts';

/** Buckets where a rule does not hold, by what their names hold, and why. */
export const BUCKET_EXCEPTIONS: readonly { readonly rule: string; readonly holds: string; readonly why: string }[] = [
  { rule: 'bucket-encryption', holds: '-logs-', why: 'log delivery of S3 and of load balancers knows SSE-S3 only' },
  { rule: 'bucket-keys', holds: '-logs-', why: 'log delivery of S3 and of load balancers knows SSE-S3 only' },
  { rule: 'bucket-logs', holds: '-logs-', why: 'a log of a log logs itself' },
];

function isException(rule: string, { values }: Resource): boolean {
  return BUCKET_EXCEPTIONS.some((one) => one.rule === rule && texts(values['bucket'])[0]?.includes(one.holds));
}

function buckets(
  world: World,
  rule: string,
  type: string,
  problemOf: (resource: Resource) => string | undefined,
): readonly Verdict[] {
  return ofType(world, 'aws_s3_bucket')
    .filter((bucket) => !isException(rule, bucket))
    .map((bucket) => {
      const [found] = beside(world, bucket, type);
      return verdict(bucket.address, found === undefined ? `it has no ${type}` : problemOf(found));
    });
}

function bucketRule(
  name: string,
  asks: string,
  type: string,
  problemOf: (resource: Resource) => string | undefined,
): Rule {
  return { name, asks, judge: (world) => buckets(world, name, type, problemOf) };
}

export const bucketOwnership = bucketRule(
  'bucket-ownership',
  'Are access lists off?',
  'aws_s3_bucket_ownership_controls',
  ({ values }) =>
    at(values, 'rule', 0, 'object_ownership') === 'BucketOwnerEnforced' ? undefined : 'access lists are in force',
);

const BLOCKS = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'];

export const bucketPublicBlock: Rule = {
  name: 'bucket-public-block',
  asks: 'Is public access blocked in all four ways, for each bucket and for the account?',
  judge: (world) => [
    ...buckets(world, 'bucket-public-block', 'aws_s3_bucket_public_access_block', openBlock),
    ...each(ofType(world, 'aws_s3_account_public_access_block'), openBlock),
  ],
};

function openBlock({ values }: Resource): string | undefined {
  const open = BLOCKS.filter((name) => values[name] !== true);
  return open.length === 0 ? undefined : `not ${open.join(', ')}`;
}

export const bucketVersioning = bucketRule(
  'bucket-versioning',
  'Does it keep versions?',
  'aws_s3_bucket_versioning',
  ({ values }) =>
    at(values, 'versioning_configuration', 0, 'status') === 'Enabled' ? undefined : 'what is replaced is lost',
);

export const bucketEncryption = bucketRule(
  'bucket-encryption',
  'Is each object encrypted by a key of ours?',
  'aws_s3_bucket_server_side_encryption_configuration',
  ({ values }) => {
    const [byDefault] = treesAt(values, 'rule', 0, 'apply_server_side_encryption_by_default');
    const isOurs = byDefault?.['sse_algorithm'] === 'aws:kms' && isSet(byDefault, 'kms_master_key_id');
    return isOurs ? undefined : 'objects have no key of ours';
  },
);

export const bucketLogs = bucketRule(
  'bucket-logs',
  'Is access to it logged?',
  'aws_s3_bucket_logging',
  () => undefined,
);

export const bucketTidy = bucketRule(
  'bucket-tidy',
  'Do unfinished uploads and replaced versions go?',
  'aws_s3_bucket_lifecycle_configuration',
  ({ values }) => {
    const rules = treesAt(values, 'rule').filter((one) => one['status'] === 'Enabled');
    const has = (name: string): boolean => rules.some((one) => treesAt(one, name).length > 0);
    return has('abort_incomplete_multipart_upload') && has('noncurrent_version_expiration')
      ? undefined
      : 'what nobody sees is kept, and paid, for ever';
  },
);

function policyRule(
  name: string,
  asks: string,
  problemOf: (statements: readonly Statement[]) => string | undefined,
): Rule {
  // A policy that names a key is known only after the apply: then it is judged.
  return bucketRule(name, asks, 'aws_s3_bucket_policy', ({ values }) => {
    const policy = values['policy'];
    return typeof policy === 'string' ? problemOf(statementsOf(policy)) : undefined;
  });
}

function denies(statements: readonly Statement[], holds: (statement: Statement) => boolean): boolean {
  return statements.some((one) => one.effect === 'Deny' && one.principal === '*' && holds(one));
}

export const bucketTransport = policyRule('bucket-transport', 'Is TLS 1.2 the least?', (statements) => {
  const isAll = ({ actions, resources }: Statement): boolean => actions.includes('s3:*') && resources.length === 2;
  if (!denies(statements, (one) => isAll(one) && at(one.condition, 'Bool', 'aws:SecureTransport') === 'false'))
    return 'plain HTTP is answered';
  return denies(statements, (one) => isAll(one) && at(one.condition, 'NumericLessThan', 's3:TlsVersion') === '1.2')
    ? undefined
    : 'old TLS is answered';
});

const KEY_HEADER = 's3:x-amz-server-side-encryption-aws-kms-key-id';

export const bucketKeys = policyRule('bucket-keys', 'Is every other key refused?', (statements) =>
  denies(statements, ({ condition }) => typeof at(condition, 'StringNotEquals', KEY_HEADER) === 'string')
    ? undefined
    : 'objects may be written with any key',
);

/** Links are signed for products alone. */
export const signatureAge: Rule = {
  name: 'signature-age',
  asks: 'Does a link to a product die within 15 minutes?',
  judge: (world) =>
    each(
      ofType(world, 'aws_s3_bucket').filter(({ values }) => /-products-\d{12}$/.test(textAt(values, 'bucket'))),
      (bucket) => {
        const policy = beside(world, bucket, 'aws_s3_bucket_policy')[0]?.values['policy'];
        if (typeof policy !== 'string') return undefined;
        return denies(statementsOf(policy), ({ condition }) => ageOf(condition) <= 900_000)
          ? undefined
          : 'a link lives as long as its maker says';
      },
    ),
};

function ageOf(condition: unknown): number {
  return Number(at(condition, 'NumericGreaterThan', 's3:signatureAge') ?? Infinity);
}

/** What destroys its content with it. */
const DESTROYS = { aws_s3_bucket: 'force_destroy', aws_ecr_repository: 'force_delete' } as const;

export const forceDestroy: Rule = {
  name: 'force-destroy',
  asks: 'Is dev alone destroyed with all that it holds?',
  judge: (world) =>
    Object.entries(DESTROYS).flatMap(([type, attribute]) =>
      each(ofType(world, type), ({ values }) =>
        values[attribute] === true && world.environment !== 'dev' ? 'its content is destroyed with it' : undefined,
      ),
    ),
};
