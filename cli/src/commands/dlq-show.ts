import { decodeEvent, EXIT, type OutgoingMessage } from '@weatherline/runtime';
import { readDeadLetters, readOriginals, selectDeadLetters, type FullDeadLetter } from '../dead-letters.ts';
import { Failure } from '../failure.ts';
import { openInstallation } from '../installation.ts';
import type { Output } from '../output.ts';
import { maskedHeaders, plainLine, plainText } from '../plain-text.ts';
import { refusalOf } from '../redrive.ts';
import type { DeadLetterShown, ShownOriginal } from '../results/dlq.ts';
import { topicsOf } from './dlq.ts';

/** How much of an original that is no event is shown. */
const SHOWN_BYTES = 2000;

/** One dead letter: why, where from, what it was, and how to put it back. */
export async function showDeadLetter(id: string, { data }: { data: string }, output: Output): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const { log } = await openInstallation(data, output, resources);
  const { letters } = await readDeadLetters(log, topicsOf([id]));
  for await (const full of readOriginals(log, selectDeadLetters(letters, { ids: [id] }))) {
    output.result(shownOf(full), textOf);
    return EXIT.ok;
  }
  throw new Failure(EXIT.notFound, `there is no dead letter ${id}: weatherline dlq list shows what there is`);
}

function shownOf(full: FullDeadLetter): DeadLetterShown {
  const { letter, original } = full;
  const refusal = refusalOf(full, true);
  const needsForce = refusal === undefined && refusalOf(full, false) !== undefined;
  return {
    letter: { ...letter, run: letter.run ?? null },
    original: original === undefined ? null : decoded(original),
    redrive: refusal === undefined ? `weatherline dlq redrive ${letter.id}${needsForce ? ' --force' : ''}` : null,
    not_redriven_because: refusal ?? null,
  };
}

function decoded(original: OutgoingMessage): ShownOriginal {
  const { key, value } = original;
  const headers = maskedHeaders(original.headers);
  try {
    return { key, headers, data: decodeEvent(original).data, problem: null, begins: null };
  } catch (error) {
    const begins = Buffer.from((value ?? Buffer.alloc(0)).subarray(0, SHOWN_BYTES)).toString('utf8');
    return { key, headers, data: null, problem: error instanceof Error ? error.message : String(error), begins };
  }
}

function textOf({ letter, original, redrive, not_redriven_because: refusal }: DeadLetterShown): string {
  const { id, at, run, origin, code, message, stage, attempts, redrives, bytes } = letter;
  const { topic, partition, offset, group } = origin;
  const facts = [
    ['id', id],
    ['time', at],
    ['run', run ?? '-'],
    ['why', `${code}: ${message}`],
    ['stage', `${stage}, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} (${letter.class})`],
    ['from', `topic ${topic}, partition ${partition}, offset ${offset}, group ${group}`],
    ['size', `${bytes} bytes`],
    ['redrives', String(redrives)],
  ] as const;
  return [
    ...facts.map(([name, text]) => `${name.padEnd(8)}  ${plainLine(text, 1200)}`),
    ...(original === null ? [] : originalLines(original)),
    '',
    redrive === null ? `cannot be redriven: ${plainLine(refusal ?? '', 400)}` : `put it back: ${plainLine(redrive)}`,
  ].join('\n');
}

function originalLines({ key, headers, data, problem, begins }: ShownOriginal): string[] {
  const body = problem === null ? JSON.stringify(data, null, 2) : `no event: ${problem}\nit begins: ${begins ?? ''}`;
  return [
    '',
    `key  ${plainLine(key)}`,
    ...Object.entries(headers).map(([name, text]) => `${plainLine(name)}: ${plainLine(text, 1000)}`),
    '',
    plainText(body),
  ];
}
