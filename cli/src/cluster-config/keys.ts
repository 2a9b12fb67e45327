import { contains, networkOf, overlap } from './network.ts';

/** The values that checks of one value need of the others. */
export type Place = {
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  readonly others: ReadonlyMap<string, string>;
};

/** A name that the infrastructure hands to the manifests. */
export type Key = {
  readonly name: string;
  /** With Amazon MSK only. */
  readonly isOptional?: boolean;
  /** What the value has to be, in words, for this place. */
  readonly expected: (place: Place) => string;
  readonly accepts: (value: string, place: Place) => boolean;
};

const HOST = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const PARTITION = 'arn:aws(?:-[a-z]+)*';
const ENVIRONMENT = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Every name, in the order in which a new file has them. */
export const KEYS: readonly Key[] = [
  shaped('ENVIRONMENT', ENVIRONMENT, 'lower-case letters, digits and single hyphens, a letter first, such as dev'),
  shaped('AWS_ACCOUNT_ID', /^\d{12}$/, 'the 12 digits of an account'),
  shaped('AWS_REGION', /^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as us-east-2'),
  exactly('CLUSTER_NAME', ({ environment }) => `weatherline-${environment}`),
  {
    name: 'VPC_CIDR',
    expected: () => 'a network such as 10.0.0.0/16, by its first address',
    accepts: (value) => networkOf(value) !== undefined,
  },
  {
    name: 'API_SERVER_SERVICE_CIDR',
    expected: () => 'one address outside the VPC, such as 172.20.0.1/32',
    accepts: (value, { others }) => value.endsWith('/32') && isApart(value, [others.get('VPC_CIDR')]),
  },
  ...['PUBLIC_SUBNET_CIDR_1', 'PUBLIC_SUBNET_CIDR_2', 'PUBLIC_SUBNET_CIDR_3'].map(publicSubnet),
  exactly('REGISTRY', ({ account, region }) => {
    const suffix = region.startsWith('cn-') ? '.cn' : '';
    return `${account}.dkr.ecr.${region}.amazonaws.com${suffix}`;
  }),
  bucket('BUCKET'),
  bucket('SNAPSHOT_BUCKET'),
  exactly('VAULT_KMS_ALIAS', ({ environment }) => `alias/weatherline-${environment}-vault`),
  shaped('DOMAIN', HOST, 'a name of DNS in lower case, such as weather.example.com'),
  arn('CERTIFICATE_ARN', 'acm', () => 'certificate/UUID'),
  arn('WEB_ACL_ARN', 'wafv2', ({ environment }) => `regional/webacl/weatherline-${environment}/UUID`),
  bucket('ACCESS_LOGS_BUCKET'),
  {
    name: 'MSK_BROKERS',
    isOptional: true,
    expected: ({ region }) => `brokers of MSK in ${region} with IAM, host:9098 joined by commas`,
    accepts: (value, { region }) =>
      value.split(',').every((broker) => {
        const [, host = ''] = /^([^:]+):9098$/.exec(broker) ?? [];
        return (
          HOST.test(host) && new RegExp(`\\.kafka(-serverless)?\\.${region}\\.amazonaws\\.com(\\.cn)?$`).test(host)
        );
      }),
  },
];

function shaped(name: string, pattern: RegExp, says: string): Key {
  return { name, expected: () => says, accepts: (value) => pattern.test(value) };
}

function exactly(name: string, wanted: (place: Place) => string): Key {
  return { name, expected: wanted, accepts: (value, place) => value === wanted(place) };
}

/** Buckets bear the environment's name: one of another environment is a mistake, whoever owns it. */
function bucket(name: string): Key {
  return {
    name,
    expected: ({ environment }) => `weatherline-${environment}-…, 63 lower-case letters, digits and hyphens at most`,
    accepts: (value, { environment }) =>
      value.startsWith(`weatherline-${environment}-`) && /^[a-z0-9-]{3,62}[a-z0-9]$/.test(value),
  };
}

function arn(name: string, service: string, resource: (place: Place) => string): Key {
  const rest = (place: Place): string => `${service}:${place.region}:${place.account}:${resource(place)}`;
  return {
    name,
    expected: (place) => `arn:aws:${rest(place)}`,
    accepts: (value, place) => new RegExp(`^${PARTITION}:${rest(place).replace('UUID', UUID)}$`).test(value),
  };
}

function publicSubnet(name: string, _: number, all: readonly string[]): Key {
  return {
    name,
    expected: ({ others }) => {
      const vpc = others.get('VPC_CIDR') ?? '';
      // Whatever else stands there is not for showing.
      return `a network inside ${networkOf(vpc) === undefined ? 'VPC_CIDR' : vpc}, apart from the other two`;
    },
    accepts: (value, { others }) => {
      const [own, vpc] = [networkOf(value), networkOf(others.get('VPC_CIDR') ?? '')];
      if (own === undefined) return false;
      const rest = all.filter((one) => one !== name).map((one) => others.get(one));
      return (vpc === undefined || contains(vpc, own)) && isApart(value, rest);
    },
  };
}

/** Others that are no networks are said to be wrong where they stand. */
function isApart(value: string, others: readonly (string | undefined)[]): boolean {
  const own = networkOf(value);
  return (
    own !== undefined &&
    others.every((text) => {
      const other = networkOf(text ?? '');
      return other === undefined || !overlap(own, other);
    })
  );
}
