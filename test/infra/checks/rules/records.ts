import { beside, isSet, ofType } from '../facts.ts';
import { each, type Rule } from '../rule.ts';
import { at, textAt, texts, treesAt } from '../tree.ts';

export const keyRotation: Rule = {
  name: 'key-rotation',
  asks: 'Does every key of ours turn, and leave time to notice its end?',
  judge: (world) => [
    ...each(ofType(world, 'aws_kms_key'), ({ values }) => {
      if (values['enable_key_rotation'] !== true) return 'it never turns';
      return Number(values['deletion_window_in_days']) >= 30 ? undefined : 'it is gone within less than 30 days';
    }),
    // A replica turns with its primary.
    ...each(ofType(world, 'aws_kms_replica_key'), ({ values }) =>
      Number(values['deletion_window_in_days']) >= 30 ? undefined : 'it is gone within less than 30 days',
    ),
  ],
};

export const logRetention: Rule = {
  name: 'log-retention',
  asks: 'Has every log group an end, and a key of ours?',
  judge: (world) =>
    each(ofType(world, 'aws_cloudwatch_log_group'), ({ values }) => {
      if (!(Number(values['retention_in_days']) >= 30)) return 'kept for ever, or for less than 30 days';
      return isSet(values, 'kms_key_id') ? undefined : 'no key of ours';
    }),
};

export const trail: Rule = {
  name: 'trail',
  asks: 'Does a trail of every region record what is done, and can nobody change it unseen?',
  judge: (world) =>
    each(ofType(world, 'aws_cloudtrail'), ({ values }) => {
      if (values['enable_log_file_validation'] !== true) return 'its files may be changed unseen';
      if (values['is_multi_region_trail'] !== true || values['include_global_service_events'] !== true)
        return 'it sees one region only';
      if (values['enable_logging'] === false) return 'it is off';
      return isSet(values, 'kms_key_id') ? undefined : 'no key of ours';
    }),
};

const TOLD = ['root-use', 'trail-change', 'key-loss', 'watch-disabled'];

export const alarms: Rule = {
  name: 'alarms',
  asks: 'Is somebody told when root is used, a trail is changed, a key ends, or the watch is put out?',
  judge: (world) =>
    each(ofType(world, 'aws_cloudtrail'), (one) => {
      const names = beside(world, one, 'aws_cloudwatch_metric_alarm').map(({ values }) => textAt(values, 'alarm_name'));
      const missing = TOLD.filter((what) => !names.some((name) => name.endsWith(what)));
      return missing.length === 0 ? undefined : `nobody hears of ${missing.join(', ')}`;
    }),
};

export const detection: Rule = {
  name: 'detection',
  asks: 'Does GuardDuty look at EKS and S3?',
  judge: (world) =>
    each(ofType(world, 'aws_guardduty_detector'), ({ values }) => {
      if (values['enable'] !== true) return 'it is off';
      const on = ofType(world, 'aws_guardduty_detector_feature').filter((one) => one.values['status'] === 'ENABLED');
      // In dev nobody pays for looking at each read of an object.
      const wanted = world.environment === 'dev' ? ['EKS_AUDIT_LOGS'] : ['EKS_AUDIT_LOGS', 'S3_DATA_EVENTS'];
      const missing = wanted.filter((name) => !on.some((one) => one.values['name'] === name));
      return missing.length === 0 ? undefined : `it does not see ${missing.join(', ')}`;
    }),
};

const REFUSED = [
  'AWSManagedRulesAmazonIpReputationList',
  'AWSManagedRulesCommonRuleSet',
  'AWSManagedRulesKnownBadInputsRuleSet',
];

export const firewall: Rule = {
  name: 'firewall',
  asks: 'Does the firewall refuse, by a rate and by three of the managed groups, and log what it does?',
  judge: (world) =>
    each(ofType(world, 'aws_wafv2_web_acl'), ({ values }) => {
      const rules = treesAt(values, 'rule');
      const isRate = rules.some(
        (one) =>
          treesAt(one, 'statement', 0, 'rate_based_statement').length > 0 &&
          treesAt(one, 'action', 0, 'block').length > 0,
      );
      if (!isRate) return 'no rate is refused';
      const blocking = new Set(
        rules
          .filter((one) => treesAt(one, 'override_action', 0, 'none').length > 0)
          .map((one) => textAt(one, 'statement', 0, 'managed_rule_group_statement', 0, 'name')),
      );
      const missing = REFUSED.filter((name) => !blocking.has(name));
      if (missing.length > 0) return `${missing.join(', ')} only counts, or is not there`;
      return ofType(world, 'aws_wafv2_web_acl_logging_configuration').length > 0 ? undefined : 'it keeps no log';
    }),
};

export const imageTags: Rule = {
  name: 'image-tags',
  asks: 'Does no tag of an image ever move?',
  judge: (world) =>
    each(
      ofType(world, 'aws_ecr_repository').filter(({ values }) => values['name'] !== 'weatherline/build-cache'),
      ({ values }) =>
        values['image_tag_mutability'] === 'IMMUTABLE' ? undefined : 'what was scanned is not what runs',
    ),
};

export const imageScan: Rule = {
  name: 'image-scan',
  asks: 'Is every image scanned when it arrives, and encrypted by a key of ours?',
  judge: (world) =>
    each(ofType(world, 'aws_ecr_repository'), ({ values }) => {
      if (at(values, 'image_scanning_configuration', 0, 'scan_on_push') !== true) return 'images arrive unseen';
      const [config] = treesAt(values, 'encryption_configuration');
      return config?.['encryption_type'] === 'KMS' && isSet(config, 'kms_key') ? undefined : 'no key of ours';
    }),
};

export const brokers: Rule = {
  name: 'brokers',
  asks: 'Do the brokers of MSK speak TLS alone, know everybody by IAM, and make no topic by themselves?',
  judge: (world) => [
    ...each(ofType(world, 'aws_msk_cluster'), ({ values }) => {
      const [encryption] = treesAt(values, 'encryption_info');
      if (at(encryption, 'encryption_in_transit', 0, 'client_broker') !== 'TLS') return 'it speaks in plain text';
      if (encryption === undefined || !isSet(encryption, 'encryption_at_rest_kms_key_arn')) return 'no key of ours';
      const [client] = treesAt(values, 'client_authentication');
      const isNamed = client?.['unauthenticated'] === false && at(client, 'sasl', 0, 'iam') === true;
      return isNamed ? undefined : 'it lets in who has no name';
    }),
    ...each(ofType(world, 'aws_msk_serverless_cluster'), ({ values }) =>
      at(values, 'client_authentication', 0, 'sasl', 0, 'iam', 0, 'enabled') === true ? undefined : 'not by IAM',
    ),
    ...each(ofType(world, 'aws_msk_configuration'), ({ values }) =>
      texts(values['server_properties'])[0]?.includes('auto.create.topics.enable=false') === true
        ? undefined
        : 'a misspelt topic is made',
    ),
  ],
};

/** What every environment says of what it makes; without it nobody knows what may go, or what it costs. */
const TAGS = ['project', 'environment', 'managed-by'] as const;

export const tags: Rule = {
  name: 'tags',
  asks: 'Does everything that can carry tags say whose it is?',
  judge: (world) =>
    world.environment === 'any'
      ? []
      : each(
          world.resources.filter(({ values }) => 'tags_all' in values),
          ({ values }) => {
            const missing = TAGS.filter((name) => textAt(values, 'tags_all', name) === '');
            return missing.length === 0 ? undefined : `no tag ${missing.join(', ')}`;
          },
        ),
};
