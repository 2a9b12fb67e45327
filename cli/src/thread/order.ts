/** What the thread is asked for. */
export type Order = {
  readonly id: number;
  readonly message: { readonly value: Uint8Array | null; readonly headers: Readonly<Record<string, string>> };
  readonly startedAt: Date;
  readonly attempt: number;
};

/** Without a message it could not be made there. */
export type Answer = {
  readonly id: number;
  readonly message?: {
    readonly key: string;
    readonly value: Uint8Array<ArrayBuffer> | null;
    readonly headers: Readonly<Record<string, string>>;
  };
};
