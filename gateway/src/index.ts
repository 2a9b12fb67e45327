export { createGateway, storeCheck, type Gateway, type GatewayOptions } from './app.ts';
export { createGatewayServer, LIMITS } from './server.ts';
export { serveGateway, type GatewayServing } from './serve.ts';
