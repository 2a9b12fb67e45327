import { httpUrl, oneOf, type Setting } from '@weatherline/runtime';

/** What a deployable that uses S3 reads, to be spread into its table. Credentials are the SDK's own variables. */
export const S3_SETTINGS = {
  s3Bucket: {
    env: 'WEATHERLINE_S3_BUCKET',
    doc: 'The bucket that holds everything',
    parse: String,
  },
  s3Region: {
    env: 'WEATHERLINE_S3_REGION',
    doc: 'The region of the bucket. Default: AWS_REGION, which the cluster sets',
    optional: true,
    parse: String,
  },
  s3Endpoint: {
    env: 'WEATHERLINE_S3_ENDPOINT',
    doc: 'The address of a server other than AWS',
    optional: true,
    parse: httpUrl,
  },
  s3PathStyle: {
    env: 'WEATHERLINE_S3_PATH_STYLE',
    doc: 'true = the bucket goes into the path, as most servers other than AWS need it',
    fallback: 'false',
    parse: (text: string) => oneOf('true', 'false')(text) === 'true',
  },
} as const satisfies Record<string, Setting<unknown>>;
