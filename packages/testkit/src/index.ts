export { brokerContract, storeContract } from './contracts/index.ts';
