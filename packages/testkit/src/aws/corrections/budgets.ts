import type { Correction, Site } from '../correction.ts';
import { listOf, objectOf, textOf, type Json } from '../json.ts';
import { jsonReply, type AwsCall, type AwsReply } from '../message.ts';

/** Budgets: moto keeps notifications, but neither who is told nor a budget's tags. */
export const BUDGETS: readonly Correction[] = [
  {
    service: 'budgets',
    on: 'CreateBudget',
    handle: async (call, site) => {
      const budget = textOf(objectOf(call.json['Budget'])['BudgetName']);
      site.memory.shelf('budgets', 'tags').set(budget, { ResourceTags: listOf(call.json['ResourceTags']) });
      for (const each of listOf(call.json['NotificationsWithSubscribers']).map(objectOf)) keep(site, budget, each);
      return site.moto(call);
    },
  },
  {
    service: 'budgets',
    on: 'ListTagsForResource',
    handle: (call, site) => {
      const [, budget = ''] = textOf(call.json['ResourceARN']).split('budget/');
      return jsonReply(site.memory.shelf('budgets', 'tags').get(budget) ?? { ResourceTags: [] });
    },
  },
  {
    service: 'budgets',
    on: 'CreateNotification',
    handle: async (call, site) => {
      keep(site, textOf(call.json['BudgetName']), call.json);
      return site.moto(call);
    },
  },
  { service: 'budgets', on: 'DescribeSubscribersForNotification', handle: subscribers },
];

function keep(site: Site, budget: string, { Notification, Subscribers }: Json): void {
  site.memory.shelf('budgets', budget).set(nameOf(Notification), { Subscribers });
}

function subscribers(call: AwsCall, site: Site): AwsReply {
  const told = site.memory.shelf('budgets', textOf(call.json['BudgetName'])).get(nameOf(call.json['Notification']));
  return jsonReply({ Subscribers: listOf(told?.['Subscribers']) });
}

/** A notification is known by what it says, in whatever order, and 80 is 80.0. */
function nameOf(notification: unknown): string {
  const { NotificationType, ComparisonOperator, Threshold, ThresholdType } = objectOf(notification);
  return [NotificationType, ComparisonOperator, Number(Threshold), ThresholdType ?? 'PERCENTAGE'].join(' ');
}
