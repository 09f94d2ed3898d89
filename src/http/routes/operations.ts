// Routes for those who run the engine.
import * as operations from '../handlers/operations.ts';
import { success, table } from './table.ts';

/** The routes of health, metrics and the description of the API. */
export const OPERATIONS = table<operations.OperationHandlerDeps>([
  {
    id: 'livez',
    method: 'get',
    path: '/livez',
    permission: 'public',
    tag: 'Operations',
    summary: 'Whether the process lives',
    success: success('health', 'It does.'),
    handler: operations.live,
  },
  {
    id: 'readyz',
    method: 'get',
    path: '/readyz',
    permission: 'public',
    tag: 'Operations',
    summary: 'Whether it is ready for work',
    success: success('health', 'It is.'),
    alternatives: [success('health', 'It is not; each check says why.', 503)],
    handler: operations.ready,
  },
  {
    id: 'metrics',
    method: 'get',
    path: '/metrics',
    permission: 'metrics:read',
    tag: 'Operations',
    summary: 'Metrics for Prometheus',
    success: { status: 200, description: 'Text exposition format.', schema: undefined, contentType: 'text/plain' },
    handler: operations.metrics,
  },
  {
    id: 'version',
    method: 'get',
    path: '/version',
    permission: 'public',
    tag: 'Operations',
    summary: 'What is running',
    success: success('version', 'Name and versions.'),
    handler: operations.version,
  },
  {
    id: 'openapi',
    method: 'get',
    path: '/openapi.json',
    permission: 'public',
    tag: 'Operations',
    summary: 'This description',
    success: success('openapi', 'OpenAPI 3.1.'),
    handler: operations.openapi,
  },
]);
