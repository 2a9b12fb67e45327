import { CHAIN_GROUPS } from '../../../cli/src/chain-groups.ts';
import { finding, type Check } from '../../manifests/check.ts';
import { find, ofKind, type KubeObject } from '../../manifests/objects.ts';
import { at, numberAt, textAt, treesAt } from '../../manifests/tree.ts';

/** A function's scaler looks at the topic and the group that the function itself reads with. */
export const groups: Check = {
  name: 'topics and groups',
  answers: [],
  find: (objects) =>
    ofKind(objects, 'ScaledObject').flatMap((scaler) => {
      const workload = find(
        objects,
        'Deployment',
        textAt(scaler.body, 'spec', 'scaleTargetRef', 'name'),
        scaler.namespace,
      );
      const name = workload?.labels['app.kubernetes.io/name'];
      const lane = workload?.labels['weatherline.dev/lane'];
      const chain = CHAIN_GROUPS.find((one) => one.function === name && one.lane === lane);
      const todo = 'write what the code reads: packages/events/src/catalog.ts';
      if (chain === undefined) {
        const got = `${String(name)} on ${String(lane)}`;
        return [finding(scaler, 'spec.scaleTargetRef', { expected: 'a function and its lane', got, todo })];
      }
      return treesAt(scaler.body, 'spec', 'triggers').flatMap((trigger) =>
        [
          { key: 'topic', expected: chain.topic },
          { key: 'consumerGroup', expected: chain.group },
          { key: 'offsetResetPolicy', expected: 'earliest' },
        ].flatMap(({ key, expected }) => {
          const got = textAt(trigger, 'metadata', key);
          return got === expected ? [] : [finding(scaler, `spec.triggers.metadata.${key}`, { expected, got, todo })];
        }),
      );
    }),
};

/** A topic that is declared is one that the code uses, and the other way about; users may use no other. */
export const topics: Check = {
  name: 'topics',
  answers: [],
  find: (objects, { knowledge }) => {
    const declared = ofKind(objects, 'KafkaTopic');
    const todo = 'packages/events/src/catalog.ts is the list of events';
    const nameOf = (topic: KubeObject): string => textAt(topic.body, 'spec', 'topicName') ?? topic.name;
    const superfluous = declared
      .filter((topic) => !knowledge.topics.has(nameOf(topic)))
      .map((topic) =>
        finding(topic, 'metadata.name', { expected: 'a topic of the catalogue', got: nameOf(topic), todo }),
      );
    const missing = ofKind(objects, 'Kafka').flatMap((kafka) =>
      [...knowledge.topics.keys()]
        .filter((name) => !declared.some((topic) => nameOf(topic) === name))
        .map((name) => finding(kafka, 'KafkaTopic', { expected: name, got: undefined, todo })),
    );
    const known = new Set([...knowledge.topics.keys(), ...CHAIN_GROUPS.map(({ group }) => group)]);
    const used = ofKind(objects, 'KafkaUser').flatMap((user) =>
      treesAt(user.body, 'spec', 'authorization', 'acls')
        .filter((acl) => at(acl, 'resource', 'type') === 'topic' && !known.has(textAt(acl, 'resource', 'name') ?? ''))
        .map((acl) =>
          finding(user, 'spec.authorization.acls', {
            expected: 'a topic of the catalogue',
            got: textAt(acl, 'resource', 'name'),
            todo,
          }),
        ),
    );
    return [...superfluous, ...missing, ...used];
  },
};

/** More consumers than partitions would stand idle for ever. */
export const partitions: Check = {
  name: 'partitions',
  answers: [],
  find: (objects, { knowledge }) =>
    ofKind(objects, 'ScaledObject').flatMap((scaler) => {
      const max = numberAt(scaler.body, 'spec', 'maxReplicaCount') ?? 100;
      return treesAt(scaler.body, 'spec', 'triggers').flatMap((trigger) => {
        const topic = textAt(trigger, 'metadata', 'topic') ?? '';
        const object = ofKind(objects, 'KafkaTopic').find(({ name }) => name === topic);
        const count = numberAt(object?.body, 'spec', 'partitions') ?? knowledge.topics.get(topic)?.partitions;
        if (count === undefined || max <= count) return [];
        const expected = `at most ${count}, the partitions of ${topic}`;
        return [finding(scaler, 'spec.maxReplicaCount', { expected, got: max, todo: 'lower it' })];
      });
    }),
};
