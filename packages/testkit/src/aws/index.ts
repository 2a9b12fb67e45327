export { askAws, scopeHeader, type Answered, type Asked } from './client.ts';
export { awsTests, type Ask, type AwsSides, type AwsTests } from './gate.ts';
export { motoIsMissing } from './moto.ts';
export { startAwsStandIn, type AwsStandIn, type AwsStandInOptions, type SeenCall } from './server.ts';
