export { createGateway, type Gateway, type GatewayOptions } from './app.ts';
