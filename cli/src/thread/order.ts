import type { Replay } from '@weatherline/events';

/** What the thread is asked for: an event transformed, or archived readings as the event that begins them again. */
export type Work =
  | {
      readonly kind: 'transform';
      readonly message: { readonly value: Uint8Array | null; readonly headers: Readonly<Record<string, string>> };
      readonly startedAt: Date;
      readonly attempt: number;
    }
  | { readonly kind: 'readings'; readonly body: Uint8Array; readonly replay: Replay };

export type Order = { readonly id: number; readonly work: Work };

/** Without a message it could not be made there. */
export type Answer = {
  readonly id: number;
  readonly message?: {
    readonly key: string;
    readonly value: Uint8Array<ArrayBuffer> | null;
    readonly headers: Readonly<Record<string, string>>;
  };
};
