export { brokerContract } from './broker-contract.ts';
export { storeContract } from './store-contract.ts';
