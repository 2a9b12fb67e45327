import type { Permissions } from './table.ts';

const PRODUCTS = 's3:::weatherline-ENV-products-ACCOUNT';
const THROUGH_S3 = { StringEquals: { 'kms:ViaService': 's3.REGION.amazonaws.com' } } as const;

/** Service accounts of the chain and of Vault: INTERFACES, "Store permissions". */
export const OF_STORES: Permissions = {
  fetch: [
    {
      actions: ['s3:GetObject'],
      on: [`${PRODUCTS}/keys/*`, `${PRODUCTS}/weather-readings/*`],
    },
    {
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      on: [`${PRODUCTS}/keys/*`, `${PRODUCTS}/weather-readings/*`],
    },
    {
      actions: ['s3:ListBucket'],
      on: [PRODUCTS],
      when: { StringLike: { 's3:prefix': ['weather-readings/*', 'keys/*'] } },
    },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      on: ['kms:key/products'],
      when: THROUGH_S3,
    },
  ],
  upload: [
    { actions: ['s3:GetObject'], on: [`${PRODUCTS}/weather-products/*`] },
    {
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      on: [`${PRODUCTS}/replays/*/out/*`, `${PRODUCTS}/weather-products/*`],
    },
    {
      actions: ['s3:ListBucket'],
      on: [PRODUCTS],
      when: { StringLike: { 's3:prefix': ['weather-products/*'] } },
    },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      on: ['kms:key/products'],
      when: THROUGH_S3,
    },
  ],
  trigger: [
    { actions: ['s3:GetObject'], on: [`${PRODUCTS}/weather-runs/*`] },
    {
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      on: [`${PRODUCTS}/weather-runs/*`],
    },
    {
      actions: ['s3:ListBucket'],
      on: [PRODUCTS],
      when: { StringLike: { 's3:prefix': ['weather-runs/*'] } },
    },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      on: ['kms:key/products'],
      when: THROUGH_S3,
    },
  ],
  gateway: [
    {
      actions: ['s3:GetObject'],
      on: [`${PRODUCTS}/weather-products/*`, `${PRODUCTS}/weather-runs/*`],
    },
    {
      actions: ['s3:ListBucket'],
      on: [PRODUCTS],
      when: { StringLike: { 's3:prefix': ['weather-products/*', 'weather-runs/*', 'weather-readings/*'] } },
    },
    {
      actions: ['kms:Decrypt'],
      on: ['kms:key/products'],
      when: THROUGH_S3,
    },
  ],
  operator: [
    { actions: ['s3:GetObject'], on: [`${PRODUCTS}/*`] },
    {
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      on: [`${PRODUCTS}/replays/*`],
    },
    { actions: ['s3:ListBucket'], on: [PRODUCTS] },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      on: ['kms:key/products'],
      when: THROUGH_S3,
    },
  ],
  vault: [{ actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt'], on: ['kms:key/vault'] }],
  'vault-snapshot': [
    {
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      on: ['s3:::weatherline-ENV-vault-snapshots-ACCOUNT/*'],
    },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      on: ['kms:key/vault-snapshots'],
      when: THROUGH_S3,
    },
  ],
};
