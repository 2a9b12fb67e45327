/** What an environment that is applied says of itself. */
export const CONFIG: Readonly<Record<string, string>> = {
  ENVIRONMENT: 'dev',
  AWS_ACCOUNT_ID: '111122223333',
  AWS_REGION: 'us-east-2',
  CLUSTER_NAME: 'weatherline-dev',
  VPC_CIDR: '10.10.0.0/16',
  API_SERVER_SERVICE_CIDR: '172.20.0.1/32',
  PUBLIC_SUBNET_CIDR_1: '10.10.0.0/20',
  PUBLIC_SUBNET_CIDR_2: '10.10.16.0/20',
  PUBLIC_SUBNET_CIDR_3: '10.10.32.0/20',
  REGISTRY: '111122223333.dkr.ecr.us-east-2.amazonaws.com',
  BUCKET: 'weatherline-dev-products-111122223333',
  SNAPSHOT_BUCKET: 'weatherline-dev-vault-snapshots-111122223333',
  VAULT_KMS_ALIAS: 'alias/weatherline-dev-vault',
  DOMAIN: 'weather.dev.example.com',
  CERTIFICATE_ARN: 'arn:aws:acm:us-east-2:111122223333:certificate/3f1c7a5e-0000-4000-8000-00000000c0de',
  WEB_ACL_ARN:
    'arn:aws:wafv2:us-east-2:111122223333:regional/webacl/weatherline-dev/3f1c7a5e-0000-4000-8000-00000000acac',
  ACCESS_LOGS_BUCKET: 'weatherline-dev-access-logs-111122223333',
};

export const BROKERS = 'boot-ab12.c1.kafka-serverless.us-east-2.amazonaws.com:9098';

/** The whole document, as the program prints it: other outputs stand beside ours. */
export function printed(value: unknown = CONFIG, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    cluster_config: { sensitive: false, type: ['object', {}], value, ...more },
    roles: { sensitive: false, type: ['map', 'string'], value: { fetch: 'arn:aws:iam::111122223333:role/any' } },
  });
}
