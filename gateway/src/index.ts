export { createGateway, storeCheck, type Gateway, type GatewayOptions } from './app.ts';
export { openAccess } from './access/index.ts';
export { createGatewayServer, LIMITS } from './server.ts';
export { serveGateway, type GatewayServing } from './serve.ts';
