export { createGateway, storeCheck, type Gateway, type GatewayOptions } from './app.ts';
export { serveGateway, type GatewayServing } from './serve.ts';
