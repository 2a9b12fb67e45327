import { createMemoryStore } from '@weatherline/testkit';
import { storeContract } from '@weatherline/testkit/contracts';
import test from 'ava';

storeContract(test, 'memory store', async () => createMemoryStore());
