import test from 'ava';
import { KEYS } from '../src/cluster-config/keys.ts';
import { contains, networkOf, overlap } from '../src/cluster-config/network.ts';
import { readOutputs } from '../src/cluster-config/read-outputs.ts';
import { BROKERS, CONFIG, printed } from './support/cluster-outputs.ts';

const problemsWith = (changed: Readonly<Record<string, unknown>>): readonly string[] =>
  readOutputs(printed({ ...CONFIG, ...changed })).problems;

test('outputs that are right are read as they are, with MSK or without', (t) => {
  t.deepEqual(Object.fromEntries(readOutputs(printed()).values ?? []), CONFIG);
  const withMsk = { ...CONFIG, MSK_BROKERS: `${BROKERS},${BROKERS}` };
  t.deepEqual(Object.fromEntries(readOutputs(printed(withMsk)).values ?? []), withMsk);
});

test('every name that is missing is named, and what it should be', (t) => {
  for (const { name, isOptional } of KEYS) {
    const problems = problemsWith({ [name]: undefined });
    if (isOptional === true) t.deepEqual(problems, []);
    else
      t.true(
        problems.some((one) => one.startsWith(`cluster_config.${name}: expected `) && one.endsWith(', got nothing')),
        name,
      );
  }
  const problems = problemsWith({ BUCKET: undefined, DOMAIN: undefined });
  t.is(problems.length, 2, problems.join('\n'));
});

test('a name that no manifest reads is refused', (t) => {
  t.deepEqual(problemsWith({ BUKCET: 'x' }), ['cluster_config.BUKCET: expected no such name: no manifest reads it']);
});

const WRONG: readonly [string, unknown, string][] = [
  ['ENVIRONMENT', '../prod', 'a path'],
  ['ENVIRONMENT', 'Dev', 'upper case'],
  ['AWS_ACCOUNT_ID', '11112222333', '11 digits'],
  ['AWS_ACCOUNT_ID', 111122223333, 'a number'],
  ['AWS_REGION', 'us-east-2a', 'a zone'],
  ['CLUSTER_NAME', 'weatherline-prod', 'the cluster of another environment'],
  ['VPC_CIDR', '10.10.0.1/16', 'an address in a network'],
  ['VPC_CIDR', '10.10.0.0', 'no length'],
  ['VPC_CIDR', '10.10.0.0/33', 'more bits than there are'],
  ['VPC_CIDR', '10.10.0/16', 'three parts'],
  ['API_SERVER_SERVICE_CIDR', '172.20.0.0/16', 'all services'],
  ['API_SERVER_SERVICE_CIDR', '10.10.0.1/32', 'an address of the VPC'],
  ['PUBLIC_SUBNET_CIDR_2', '10.20.16.0/20', 'a subnet of another VPC'],
  ['PUBLIC_SUBNET_CIDR_2', '10.10.0.0/19', 'a subnet over its neighbour'],
  ['REGISTRY', '222233334444.dkr.ecr.us-east-2.amazonaws.com', 'the registry of another account'],
  ['REGISTRY', '111122223333.dkr.ecr.us-west-2.amazonaws.com', 'the registry of another region'],
  ['BUCKET', 'weatherline-dev-Products', 'a bucket in upper case'],
  ['BUCKET', 'weatherline-dev-products.', 'a bucket that ends with a dot'],
  ['BUCKET', 'weatherline-dev-products_1', 'an underscore'],
  ['BUCKET', `weatherline-dev-${'p'.repeat(48)}`, '64 characters'],
  ['SNAPSHOT_BUCKET', 'weatherline-prod-vault-snapshots-111122223333', 'a bucket of another environment'],
  ['VAULT_KMS_ALIAS', 'weatherline-dev-vault', 'an alias without its prefix'],
  ['DOMAIN', 'https://weather.dev.example.com', 'a URL'],
  ['DOMAIN', 'weather', 'one label'],
  ['CERTIFICATE_ARN', CONFIG['WEB_ACL_ARN'], 'an ARN of something else'],
  ['CERTIFICATE_ARN', CONFIG['CERTIFICATE_ARN']?.replace('us-east-2', 'us-east-1'), 'an ARN of another region'],
  ['CERTIFICATE_ARN', CONFIG['CERTIFICATE_ARN']?.replace('1111', '9999'), 'an ARN of another account'],
  ['WEB_ACL_ARN', CONFIG['WEB_ACL_ARN']?.replace('regional', 'global'), 'a global web ACL'],
  [
    'WEB_ACL_ARN',
    CONFIG['WEB_ACL_ARN']?.replace('weatherline-dev', 'weatherline-prod'),
    'the ACL of another environment',
  ],
  ['ACCESS_LOGS_BUCKET', '', 'an empty text'],
  ['ACCESS_LOGS_BUCKET', null, 'null'],
  ['ACCESS_LOGS_BUCKET', ['weatherline-dev-logs'], 'a list'],
  ['BUCKET', 'weatherline-dev-products\nEVIL=1', 'a second line'],
  ['MSK_BROKERS', 'b-1.x.kafka.us-east-2.amazonaws.com:9092', 'the port without TLS'],
  ['MSK_BROKERS', 'b-1.kafka.us-east-2.amazonaws.com.example.com:9098', 'a broker of somebody else'],
  ['MSK_BROKERS', 'b-1.x.kafka.us-west-2.amazonaws.com:9098', 'brokers of another region'],
];

for (const [name, value, what] of WRONG) {
  test(`${name} is refused by name when it is ${what}`, (t) => {
    const problems = problemsWith({ [name]: value });
    // What follows from it may be wrong as well: a subnet outside of a VPC that is wrong itself is said once.
    t.true(
      problems.some((one) => one.startsWith(`cluster_config.${name}: expected `) && one.includes(', got ')),
      problems.join('\n'),
    );
    t.true(problems.every((one) => !one.includes('\n')));
  });
}

test('what depends on an account or region that is wrong is not said to be wrong as well', (t) => {
  const problems = problemsWith({ AWS_REGION: 'nowhere' });
  t.deepEqual(problems, ['cluster_config.AWS_REGION: expected a region such as us-east-2, got nowhere']);
});

test('other partitions have ARNs and registries of their own', (t) => {
  const china = JSON.parse(
    JSON.stringify(CONFIG).replaceAll('us-east-2', 'cn-north-1').replaceAll('arn:aws:', 'arn:aws-cn:'),
  );
  t.deepEqual(problemsWith({ ...china, REGISTRY: `${china.REGISTRY}.cn` }), []);
});

test('a sensitive output is refused, and nothing of it is shown', (t) => {
  for (const sensitive of [true, undefined, 'false']) {
    const { problems } = readOutputs(printed({ ...CONFIG, BUCKET: 'hunter2' }, { sensitive }));
    t.is(problems.length, 1);
    t.regex(problems[0] ?? '', /^cluster_config\.sensitive: expected false, got /);
    t.notRegex(problems.join('\n'), /hunter2/);
  }
});

const SECRETS = {
  'an access key': 'AKIAABCDEFGHIJKLMNOP',
  'a secret key': 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab',
  'a token of Vault': `hvs.${'a'.repeat(30)}`,
  'a token of GitHub': `ghp_${'a'.repeat(36)}`,
  'a JSON web token': 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln',
  'a private key': '-----BEGIN PRIVATE KEY-----',
  'a URL with a password': 'https://user:hunter2@weather.example.com',
  'a word with a password': 'weather.example.com?password=hunter2',
};

for (const [what, value] of Object.entries(SECRETS)) {
  test(`${what} is refused wherever it stands, and is not shown`, (t) => {
    for (const { name } of KEYS) {
      const problems = problemsWith({ [name]: value });
      t.true(
        problems.some((one) => one.startsWith(`cluster_config.${name}: `) && one.endsWith('(hidden)')),
        name,
      );
      t.false(problems.join('\n').includes(value), name);
    }
    t.false(problemsWith({ OTHER: value }).join('\n').includes(value));
  });
}

test('a secret is not shown by what is expected of its neighbours either', (t) => {
  for (const value of Object.values(SECRETS)) {
    const problems = problemsWith({ VPC_CIDR: value, PUBLIC_SUBNET_CIDR_1: 'none', API_SERVER_SERVICE_CIDR: 'none' });
    t.is(problems.length, 3);
    t.false(problems.join('\n').includes(value));
  }
  t.deepEqual(problemsWith({ PUBLIC_SUBNET_CIDR_1: '10.20.0.0/20' }), [
    'cluster_config.PUBLIC_SUBNET_CIDR_1: expected a network inside 10.10.0.0/16, apart from the other two, got 10.20.0.0/20',
  ]);
});

test('a document that is something else is told apart', (t) => {
  const said = (text: string): string => readOutputs(text).problems.join('\n');
  t.regex(said(''), /empty/);
  t.regex(said('Error: no state'), /one JSON object/);
  t.regex(said('[]'), /one JSON object/);
  t.regex(said('{}'), /got none at all: is the environment applied\?/);
  t.regex(said(JSON.stringify(CONFIG)), /without cluster_config/);
  t.regex(said('{"roles":{"sensitive":false,"value":{}}}'), /cluster_config: expected this output, got roles/);
  t.regex(said(printed(null)), /cluster_config\.value: expected an object of texts, got null/);
  t.regex(said(printed([])), /got a list/);
});

test('networks are told apart by their first and last addresses', (t) => {
  const [vpc, subnet, other] = ['10.0.0.0/16', '10.0.255.0/24', '10.1.0.0/16'].map(networkOf);
  if (vpc === undefined || subnet === undefined || other === undefined) return t.fail('these are networks');
  t.true(contains(vpc, subnet));
  t.false(contains(subnet, vpc));
  t.false(contains(vpc, other));
  t.true(overlap(subnet, vpc));
  t.false(overlap(vpc, other));
  t.deepEqual(networkOf('0.0.0.0/0'), { first: 0, last: 2 ** 32 - 1 });
  t.deepEqual(networkOf('255.255.255.255/32'), { first: 2 ** 32 - 1, last: 2 ** 32 - 1 });
  for (const none of ['', '10.0.0.0/', '10.0.0.0/016', '256.0.0.0/8', '::/0', '10.0.0.0/16 ']) {
    t.is(networkOf(none), undefined, none);
  }
});
