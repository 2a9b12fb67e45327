import { ProviderError } from '@weatherline/runtime';

/** Asks with the key as it is now; throws what `ask` throws. */
export async function withKey<Answer>(key: () => string, ask: (secret: string) => Promise<Answer>): Promise<Answer> {
  const secret = key();
  try {
    return await ask(secret);
  } catch (error) {
    // The secret may have been rotated since this process read it: once more with the new one, before anyone is woken.
    const fresh = key();
    if (!(error instanceof ProviderError) || error.fault !== 'key' || fresh === secret) throw error;
    return await ask(fresh);
  }
}
