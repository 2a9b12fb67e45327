import { documents, ofType, type Document, type Kind, type Statement, type World } from '../facts.ts';
import { each, verdict, type Rule, type Verdict } from '../rule.ts';
import { at, isTree, texts } from '../tree.ts';
import { WILDCARDS } from '../wildcards.ts';

const GITHUB = 'token.actions.githubusercontent.com';
const SERVICE_ACCOUNT = /^system:serviceaccount:[a-z0-9-]+:[a-z0-9-]+$/;

function byToken({ actions }: Statement): boolean {
  return actions.includes('sts:AssumeRoleWithWebIdentity');
}

function isGitHub({ principal }: Statement): boolean {
  return texts(at(principal, 'Federated')).some((one) => one.endsWith(`/${GITHUB}`));
}

function trusts(
  world: World,
  chosen: (statement: Statement) => boolean,
): { of: Document['of']; statement: Statement }[] {
  return documents(world, 'trust').flatMap(({ of, statements }) =>
    statements.filter(chosen).map((statement) => ({ of, statement })),
  );
}

/** The values of the only test that a trust makes, by the claim: `sub`, `aud`. */
function claims({ condition }: Statement): ReadonlyMap<string, readonly string[]> | undefined {
  const equals = condition['StringEquals'];
  if (Object.keys(condition).join() !== 'StringEquals' || !isTree(equals)) return undefined;
  return new Map(Object.entries(equals).map(([name, value]) => [name.slice(name.lastIndexOf(':') + 1), texts(value)]));
}

export const serviceAccountTrust: Rule = {
  name: 'service-account-trust',
  asks: 'Is each role of a pod for exactly one service account, and for tokens that were made for AWS?',
  judge: (world) =>
    trusts(world, (one) => byToken(one) && !isGitHub(one)).map(({ of, statement }) => {
      const found = claims(statement);
      if (found === undefined) return verdict(of.address, 'it is not by StringEquals alone');
      const [aud, sub] = [found.get('aud') ?? [], found.get('sub') ?? []];
      if (aud.join() !== 'sts.amazonaws.com') return verdict(of.address, 'tokens that were made for others are taken');
      const isOne = sub.length === 1 && SERVICE_ACCOUNT.test(sub[0] ?? '');
      return verdict(of.address, isOne ? undefined : 'it is not for one service account');
    }),
};

/** A subject of GitHub's, to the letter. A branch and a pull request can be made by whoever may push. */
const GATED = /^repo:[\w.@-]+\/[\w.@-]+:environment:[a-z0-9-]+$/;
const READING = /^repo:[\w.@-]+\/[\w.@-]+:(pull_request|ref:refs\/heads\/main)$/;

export const ciTrust: Rule = {
  name: 'ci-trust',
  asks: 'Does CI come in by its token alone, and to what can change things only behind the gate of an environment?',
  judge: (world) =>
    trusts(world, (one) => byToken(one) && isGitHub(one)).map(({ of, statement }) => {
      const found = claims(statement);
      if (found === undefined) return verdict(of.address, 'it is not by StringEquals alone');
      const [aud, sub] = [found.get('aud') ?? [], found.get('sub') ?? []];
      if (aud.join() !== 'sts.amazonaws.com' || sub.length === 0) return verdict(of.address, 'any token is taken');
      const mayRead = /-ci-(plan|push)$/.test(String(of.values['name']));
      const others = sub.filter((one) => !GATED.test(one) && !(mayRead && READING.test(one)));
      return verdict(of.address, others.length === 0 ? undefined : `${others.join(', ')} comes in`);
    }),
};

/** An account as principal stands for all who are in it: the condition says for whom it is meant. */
export const accountTrust: Rule = {
  name: 'account-trust',
  asks: 'Is a role that an account may take for one role of it, by its name?',
  judge: (world) =>
    trusts(world, (one) => at(one.principal, 'AWS') !== undefined || one.principal === '*').map(({ of, statement }) => {
      const named = ['ArnEquals', 'StringEquals'].flatMap((test) =>
        texts(at(statement.condition, test, 'aws:PrincipalArn')),
      );
      const isOne = named.length > 0 && named.every((one) => /:role\/[^*]+$/.test(one));
      return verdict(of.address, isOne ? undefined : 'whoever is in the account may take it');
    }),
};

/** Words that a key's policy may abbreviate: each is a pair that belongs together. */
const PAIRS = new Set(['kms:Decrypt*', 'kms:Describe*', 'kms:Encrypt*', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']);

/** In a key's policy the account has the key; without it, nobody could change the policy any more. */
function isOwner({ actions, principal }: Statement): boolean {
  return (
    actions.join() === 'kms:*' && texts(at(principal, 'AWS')).every((one) => /^arn:[a-z-]+:iam::\d{12}:root$/.test(one))
  );
}

/** A boundary grants nothing: what stands in it is the most that a policy can. */
function granting(world: World, ...kinds: readonly Kind[]): readonly Document[] {
  return documents(world, ...kinds).filter(({ of }) => !String(of.values['name']).endsWith('-boundary'));
}

export const wildcardActions: Rule = {
  name: 'wildcard-actions',
  asks: 'Is every action that is allowed named?',
  judge: (world) =>
    granting(world, 'identity', 'resource', 'trust').map(({ of, statements }) => {
      const allowed = statements.filter((one) => one.effect === 'Allow' && !isOwner(one));
      const wide = allowed
        .flatMap(({ actions }) => actions)
        .filter((one) => one.includes('*') && !(of.type === 'aws_kms_key' && PAIRS.has(one)));
      return verdict(of.address, wide.length === 0 ? undefined : `${wide.join(', ')} is allowed`);
    }),
};

export const wildcardResources: Rule = {
  name: 'wildcard-resources',
  asks: 'Does "every resource" stand only where it is documented?',
  judge: (world) =>
    granting(world, 'identity').flatMap(({ of, statements }) =>
      statements
        .filter(({ effect, resources }) => effect === 'Allow' && resources.includes('*'))
        .map((statement) => verdict(of.address, undocumented(statement))),
    ),
};

function undocumented({ sid, actions }: Statement): string | undefined {
  const documented = WILDCARDS.find((one) => one.sid === sid);
  if (documented === undefined) return `"${sid}" is for every resource, which nobody gave a reason for`;
  const others = actions.filter((one) => !documented.actions.some((pattern) => pattern.test(one)));
  return others.length === 0 ? undefined : `"${sid}" allows ${others.join(', ')} on every resource`;
}

export const openPolicies: Rule = {
  name: 'open-policies',
  asks: 'Does no policy of a resource let in everybody without a condition on the account?',
  judge: (world) =>
    documents(world, 'resource').map(({ of, statements }) => {
      const open = statements.filter(
        ({ effect, principal, condition }) =>
          effect === 'Allow' &&
          isEverybody(principal) &&
          at(condition, 'StringEquals', 'kms:CallerAccount') === undefined,
      );
      return verdict(
        of.address,
        open.length === 0 ? undefined : `"${open.map(({ sid }) => sid).join()}" is for everybody`,
      );
    }),
};

function isEverybody(principal: unknown): boolean {
  return principal === '*' || texts(at(principal, 'AWS')).includes('*');
}

/** AWS's own policies that are attached, and to what. */
const MANAGED: Readonly<Record<string, RegExp>> = {
  AmazonEKSClusterPolicy: /-cluster$/,
  AmazonEKSWorkerNodePolicy: /-node$/,
  AmazonEC2ContainerRegistryPullOnly: /-node$/,
  AmazonEKS_CNI_Policy: /-aws-node$/,
  'service-role/AmazonEBSCSIDriverPolicy': /-ebs-csi-controller-sa$/,
  SecurityAudit: /-ci-plan$/,
  'job-function/ViewOnlyAccess': /-ci-plan$/,
  AdministratorAccess: /-ci-apply$/,
};

export const managedPolicies: Rule = {
  name: 'managed-policies',
  asks: "Is each of AWS's policies attached only where it is meant to be?",
  judge: (world): readonly Verdict[] =>
    each(ofType(world, 'aws_iam_role_policy_attachment'), ({ values }) => {
      const [arn = ''] = texts(values['policy_arn']);
      const name = arn.replace(/^.*:aws:policy\//, '');
      const role = texts(values['role'])[0];
      const meant = MANAGED[name];
      if (meant === undefined) return `${name} is attached`;
      return role === undefined || meant.test(role) ? undefined : `${name} is attached to ${role}`;
    }),
};
