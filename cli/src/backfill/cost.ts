import type { Past } from '../past.ts';

/** What asking about the past takes. */
export type Cost = {
  readonly calls: number;
  /** A day, that cost nothing; null = all of them. */
  readonly free_calls_a_day: number | null;
  /** When all calls are made on one day; null = nothing. */
  readonly at_once: { readonly amount: number; readonly currency: string } | null;
  /** How many days it takes within the free calls. */
  readonly days_within_free: number;
  /** At what the key allows, over all that uses it. */
  readonly minutes: number;
};

export function costOf(calls: number, past: Past | undefined): Cost {
  const { price, callsPerMinute } = past ?? {};
  const free = price?.freeCallsADay;
  const over = free === undefined ? 0 : Math.max(0, calls - free);
  const per = price?.per1000Calls;
  const isPaid = over > 0 && per !== undefined;
  return {
    calls,
    free_calls_a_day: free ?? null,
    at_once: isPaid ? { amount: Math.ceil((over / 1000) * per.amount * 100) / 100, currency: per.currency } : null,
    days_within_free: calls === 0 ? 0 : free === undefined ? 1 : Math.ceil(calls / free),
    minutes: callsPerMinute === undefined ? 0 : Math.ceil(calls / callsPerMinute),
  };
}

/** The same in words, before anything is asked. */
export function costText({ calls, free_calls_a_day, at_once, days_within_free, minutes }: Cost): string {
  if (calls === 0) return 'no calls';
  const time = minutes > 0 ? `, ${minutes} min at what the key allows` : '';
  if (free_calls_a_day === null) return `${calls} calls, free${time}`;
  if (at_once !== null) {
    const { amount, currency } = at_once;
    const free = `${free_calls_a_day} a day are free: ${days_within_free} days within them`;
    return `${calls} calls, ${currency} ${amount.toFixed(2)} at once (${free})${time}`;
  }
  if (calls <= free_calls_a_day) return `${calls} calls, free (${free_calls_a_day} a day are)${time}`;
  return `${calls} calls, but ${free_calls_a_day} a day are allowed: ${days_within_free} days${time}`;
}
