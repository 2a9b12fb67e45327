import { planKey, readingsKey } from '@weatherline/events';
import { SECOND, type Surroundings } from './chain.ts';

type Letter = { readonly code: string; readonly subject: string; readonly topic: string };

/** Could the faults of this scenario have set this part aside for this reason? */
export function mayBeSetAside({ code, subject, topic }: Letter, surroundings: Surroundings): boolean {
  const { scenario, upstream } = surroundings;
  const [runId = '', part = ''] = subject.split('/');
  if (subject === 'poison')
    return scenario.poison && ['INVALID_EVENT', 'INVALID_EVENT_DATA', 'UNKNOWN_EVENT_TYPE'].includes(code);
  const locations = locationsOf(surroundings, runId, Number(part.slice(0, 5)));
  if (code === 'UNKNOWN_TYPEERROR') return scenario.bug !== undefined && locations.includes(scenario.bug);
  if (code === 'ATTEMPTS_EXHAUSTED') return scenario.killer !== undefined && locations.includes(scenario.killer);
  if (code === 'PRODUCT_CONFLICT') {
    return scenario.foreign && runId === idOf(SECOND) && part.startsWith('00001');
  }
  if (code === 'NO_READINGS' || code === 'NO_USABLE_READING') {
    const bad = code === 'NO_READINGS' ? ['missing', 'unavailable'] : ['missing', 'unavailable', 'garbage'];
    return locations.every((id) => {
      const answers = upstream.calls.filter((call) => call.location === id && call.runId === runId);
      // There may have been no time to ask at all, or to ask again for what a process took with it.
      if (mayExpire(surroundings)) return true;
      return answers.every(({ answer }) => answer !== 'good') || answers.some(({ answer }) => bad.includes(answer));
    });
  }
  // A replay of what was never collected finds nothing to emit, and nobody to ask.
  if (code === 'SLOT_EXPIRED') {
    return mayExpire(surroundings) || (topic.includes('.replay') && !isCollected(surroundings, runId));
  }
  return false;
}

/** Only what holds a whole slot up for ten minutes lets it expire. */
function mayExpire({ scenario }: Surroundings): boolean {
  const { keyRefused, upstream, killer, callsPerMinute, storeAway, brokerAway, crashRate, rates, cron } = scenario;
  return (
    keyRefused !== undefined ||
    upstream.throttled !== undefined ||
    killer !== undefined ||
    callsPerMinute !== undefined ||
    storeAway !== undefined ||
    brokerAway !== undefined ||
    crashRate > 0 ||
    rates.length > 0 ||
    cron === 'late' ||
    // The slot that ends just now is asked for once more.
    cron === 'restarted'
  );
}

/** Are the readings of every part of a run stored? */
function isCollected({ store, scenario }: Surroundings, runId: string): boolean {
  return Array.from({ length: scenario.parts }, (_, at) =>
    readingsKey(runId, { index: at + 1, count: scenario.parts }),
  ).every((key) => store.objects.has(key));
}

function idOf(slot: Date): string {
  return `${slot.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function locationsOf({ store }: Surroundings, runId: string, index: number): string[] {
  const plan = store.objects.get(planKey(runId));
  if (plan === undefined) return [];
  const { parts }: { parts: { id: string }[][] } = JSON.parse(Buffer.from(plan.body).toString('utf8'));
  return (parts[index - 1] ?? []).map(({ id }) => id);
}
