import test from 'ava';
import { awsTests, type Ask } from '../src/aws/index.ts';

const aws = awsTests(test);

const say = (ask: Ask) => async (form: Record<string, string>) =>
  (await ask({ service: 'ec2', form: { Version: '2016-11-15', ...form } })).text;

aws.test('a rule that names another security group keeps its description', async (t, { ask, askMoto }) => {
  const ec2 = say(ask);
  const [, vpc = ''] = /<vpcId>([^<]+)/.exec(await ec2({ Action: 'CreateVpc', CidrBlock: '10.0.0.0/16' })) ?? [];
  const create = { Action: 'CreateSecurityGroup', GroupName: 'a', GroupDescription: 'a', VpcId: vpc };
  const [, group = ''] = /<groupId>([^<]+)/.exec(await ec2(create)) ?? [];
  const added = await ec2({
    Action: 'AuthorizeSecurityGroupIngress',
    GroupId: group,
    'IpPermissions.1.IpProtocol': 'tcp',
    'IpPermissions.1.FromPort': '8443',
    'IpPermissions.1.ToPort': '8443',
    'IpPermissions.1.Groups.1.GroupId': group,
    'IpPermissions.1.Groups.1.Description': 'nodes & <webhooks>',
  });
  const [, rule = ''] = /<securityGroupRuleId>([^<]+)/.exec(added) ?? [];
  const asked = { Action: 'DescribeSecurityGroupRules', 'SecurityGroupRuleId.1': rule };
  t.notRegex(await say(askMoto)(asked), /webhooks/, 'moto forgets it');
  t.regex(await ec2(asked), /<description>nodes &amp; &lt;webhooks&gt;<\/description>/);
});

aws.test('a launch template does not pass its own tags on to what it launches', async (t, { ask, askMoto }) => {
  await say(ask)({
    Action: 'CreateLaunchTemplate',
    LaunchTemplateName: 'node',
    'LaunchTemplateData.InstanceType': 'm7g.large',
    'LaunchTemplateData.TagSpecification.1.ResourceType': 'instance',
    'LaunchTemplateData.TagSpecification.1.Tag.1.Key': 'of',
    'LaunchTemplateData.TagSpecification.1.Tag.1.Value': 'instance',
    'TagSpecification.1.ResourceType': 'launch-template',
    'TagSpecification.1.Tag.1.Key': 'of',
    'TagSpecification.1.Tag.1.Value': 'template',
  });
  const asked = { Action: 'DescribeLaunchTemplateVersions', LaunchTemplateName: 'node', 'Version.1': '1' };
  t.regex(await say(askMoto)(asked), /<resourceType>launch-template</, 'moto mixes them');
  const corrected = await say(ask)(asked);
  t.notRegex(corrected, /<resourceType>launch-template</);
  t.regex(corrected, /<resourceType>instance</, 'what is meant for instances stays');
});

aws.test('the defaults of the metadata service are kept, and taken back', async (t, { ask, askMoto }) => {
  const modify = { Action: 'ModifyInstanceMetadataDefaults', HttpTokens: 'required', HttpPutResponseHopLimit: '1' };
  const get = { Action: 'GetInstanceMetadataDefaults' };
  const plain = await askMoto({ service: 'ec2', form: { Version: '2016-11-15', ...modify } });
  t.true(plain.status >= 500, 'moto has none');
  t.regex(await say(ask)(modify), /<return>true</);
  t.regex(await say(ask)(get), /<httpTokens>required<\/httpTokens><httpPutResponseHopLimit>1</);
  await say(ask)({ ...modify, HttpTokens: 'no-preference', HttpPutResponseHopLimit: '-1' });
  t.regex(await say(ask)(get), /<accountLevel><\/accountLevel>/);
});

aws.test('whether snapshots may be public is kept', async (t, { ask, askMoto }) => {
  const enable = { Action: 'EnableSnapshotBlockPublicAccess', State: 'block-all-sharing' };
  const plain = await askMoto({ service: 'ec2', form: { Version: '2016-11-15', ...enable } });
  t.true(plain.status >= 500, 'moto has no such setting');
  const state = async (): Promise<string> => say(ask)({ Action: 'GetSnapshotBlockPublicAccessState' });
  t.regex(await state(), /<state>unblocked</);
  await say(ask)(enable);
  t.regex(await state(), /<state>block-all-sharing</);
  await say(ask)({ Action: 'DisableSnapshotBlockPublicAccess' });
  t.regex(await state(), /<state>unblocked</);
});

aws.test('a flow log keeps the format in which it is written', async (t, { ask, askMoto }) => {
  const ec2 = say(ask);
  const [, vpc = ''] = /<vpcId>([^<]+)/.exec(await ec2({ Action: 'CreateVpc', CidrBlock: '10.0.0.0/16' })) ?? [];
  await ask({ service: 's3', method: 'PUT', path: '/flow-logs' });
  const create = {
    Action: 'CreateFlowLogs',
    'ResourceId.1': vpc,
    ResourceType: 'VPC',
    TrafficType: 'ALL',
    LogDestinationType: 's3',
    LogDestination: 'arn:aws:s3:::flow-logs',
    'DestinationOptions.FileFormat': 'parquet',
    'DestinationOptions.HiveCompatiblePartitions': 'true',
  };
  const made = await ec2(create);
  t.regex(made, /fl-/, made);
  const asked = { Action: 'DescribeFlowLogs' };
  t.notRegex(await say(askMoto)(asked), /parquet/, 'moto loses it');
  const options = '<fileFormat>parquet</fileFormat><hiveCompatiblePartitions>true</hiveCompatiblePartitions>';
  t.true((await ec2(asked)).includes(`<destinationOptions>${options}</destinationOptions>`));
});

aws.test('an image that an instance may be started of is known when asked for', async (t, { ask, askMoto }) => {
  const ImageId = 'ami-0123456789abcdef0';
  const run = { Action: 'RunInstances', ImageId, MinCount: '1', MaxCount: '1', InstanceType: 't4g.nano' };
  const [, root = ''] = /<rootDeviceName>([^<]+)/.exec(await say(ask)(run)) ?? [];
  const asked = { Action: 'DescribeImages', 'ImageId.1': ImageId };
  t.regex(await say(askMoto)(asked), /InvalidAMIID\.NotFound/, 'moto has a few only');
  const known = await say(ask)(asked);
  t.true(known.includes(`<imageId>${ImageId}</imageId>`), known);
  t.true(known.includes(`<rootDeviceName>${root}</rootDeviceName>`), 'as the instance has it');
  t.regex(await say(ask)({ ...asked, 'ImageId.1': 'any' }), /InvalidAMIID\.Malformed/);
});

aws.test('an instance that wants no public address has none, and the groups of its interface', async (t, sides) => {
  const ec2 = say(sides.ask);
  const [, vpc = ''] = /<vpcId>([^<]+)/.exec(await ec2({ Action: 'CreateVpc', CidrBlock: '10.0.0.0/16' })) ?? [];
  const subnet = await ec2({ Action: 'CreateSubnet', VpcId: vpc, CidrBlock: '10.0.0.0/24' });
  const create = { Action: 'CreateSecurityGroup', GroupName: 'a', GroupDescription: 'a', VpcId: vpc };
  const [, group = ''] = /<groupId>([^<]+)/.exec(await ec2(create)) ?? [];
  const run = {
    Action: 'RunInstances',
    ImageId: 'ami-0123456789abcdef0',
    MinCount: '1',
    MaxCount: '1',
    'NetworkInterface.1.DeviceIndex': '0',
    'NetworkInterface.1.AssociatePublicIpAddress': 'false',
    'NetworkInterface.1.SubnetId': /<subnetId>([^<]+)/.exec(subnet)?.[1] ?? '',
    'NetworkInterface.1.SecurityGroupId.1': group,
  };
  const shown = async (ask: Ask): Promise<string> => {
    const [, id = ''] = /<instanceId>([^<]+)/.exec(await say(ask)(run)) ?? [];
    return say(ask)({ Action: 'DescribeInstances', 'InstanceId.1': id });
  };
  const groups = `</rootDeviceType><groupSet><item><groupId>${group}</groupId>`;
  const plain = await shown(sides.askMoto);
  t.true(plain.includes('<association/>') && !plain.includes(groups), 'moto shows no groups, and an empty address');
  const instance = await shown(sides.ask);
  t.notRegex(instance, /<association|<publicIp>/);
  t.true(instance.includes(groups), instance);
});
