import * as v from 'valibot';
import { flag, instant, oneOf, text, whole } from './fields.ts';

const deadLetterId = text('The coordinates of the event: topic/partition/offset');
const PLACE = {
  topic: text('The topic'),
  partition: whole('The partition'),
  offset: whole('The offset'),
};

export const DeadLetterItem = v.strictObject({
  id: deadLetterId,
  at: instant('When it was set aside'),
  run: v.nullable(text('The run of the event; null where it names none')),
  class: text('The class of the error, such as permanent'),
  code: text('Why, as a word: see errors.md'),
  message: text('Why, as a sentence'),
  stage: text('The function that set it aside'),
  attempts: whole('How often the event was tried'),
  redrives: whole('How often it had been put back before'),
  origin: v.pipe(
    v.strictObject({ ...PLACE, group: text('The consumer group that set it aside') }),
    v.description('Where the event lay'),
  ),
  bytes: whole("The length of the event's value"),
  place: v.pipe(v.strictObject(PLACE), v.description('Where the dead letter lies')),
});
export type DeadLetterItem = v.InferOutput<typeof DeadLetterItem>;

export const DeadLetterList = v.strictObject({
  items: v.pipe(v.array(DeadLetterItem), v.description('Oldest first')),
});
export type DeadLetterList = v.InferOutput<typeof DeadLetterList>;

const Original = v.strictObject({
  key: text('The key of the message'),
  headers: v.pipe(v.record(v.string(), v.string()), v.description('Its headers; what looks like a secret is hidden')),
  data: v.pipe(v.unknown(), v.description('The data of the event; null when it is none')),
  problem: v.nullable(text('Why it is no event; null when it is one')),
  begins: v.nullable(text('How what is no event begins; null when it is one')),
});

export const DeadLetterShown = v.strictObject({
  letter: DeadLetterItem,
  original: v.nullable(v.pipe(Original, v.description('The event; null = it was too large to be kept'))),
  redrive: v.nullable(text('The command that puts it back; null = it cannot be')),
  not_redriven_because: v.nullable(text('Why it cannot be put back; null = it can')),
});
export type DeadLetterShown = v.InferOutput<typeof DeadLetterShown>;
export type ShownOriginal = v.InferOutput<typeof Original>;

const missing = v.pipe(v.array(deadLetterId), v.description('The ids that were asked for and do not exist'));
const dryRun = flag('Nothing was changed: this is what would be done');

export const DeadLettersRedriven = v.strictObject({
  dry_run: dryRun,
  items: v.array(
    v.strictObject({
      id: deadLetterId,
      topic: text('The topic on which the event is put back'),
      redrives: whole('How often it has been put back, this time included'),
      state: oneOf(['redriven', 'refused'], 'What became of it'),
      reason: v.nullable(text('Why it was refused; null = it was not')),
    }),
  ),
  missing,
});
export type DeadLettersRedriven = v.InferOutput<typeof DeadLettersRedriven>;

export const DeadLettersPurged = v.strictObject({
  dry_run: dryRun,
  purged: v.pipe(v.array(deadLetterId), v.description('The ids of those that were taken away')),
  missing,
});
export type DeadLettersPurged = v.InferOutput<typeof DeadLettersPurged>;
