export { canonicalJson } from './canonical-json.ts';
export { EVENTS, ProductStored, ReadingsFetched, RecordsTransformed, RunRequested } from './catalog.ts';
export {
  deadLetterTopicOf,
  defineEvent,
  groupOf,
  InvalidEventData,
  topicOf,
  type Chained,
  type EventDefinition,
  type Lane,
  type Stage,
} from './define-event.ts';
export { Location, LocationId, DEFAULT_LOCATIONS, parseLocations } from './location.ts';
export {
  budgetKey,
  parsePlanKey,
  parseProductKey,
  parseReadingsKey,
  planKey,
  PRODUCT_PREFIX,
  productKey,
  productMetaKey,
  readingsKey,
  slotPath,
  type SlotKey,
} from './object-key.ts';
export { quickParserOf } from './quick-check.ts';
export { Failure, Previous, ProviderId, Reading } from './reading.ts';
export { Derived, Flag, Qc, QcFailure, WeatherRecord } from './record.ts';
export { Part, partName, Replay, Run } from './run.ts';
export { instantText, parseSlot, slotId, slotInstant, SlotId, SlotInstant } from './slot.ts';
