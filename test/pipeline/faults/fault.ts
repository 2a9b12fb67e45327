/** A mistake that somebody could make in a workflow, and the one rule that finds it. */
export type Fault = {
  readonly title: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly rule: string;
};
