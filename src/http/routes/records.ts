// Routes that read what happened.
import * as operations from '../handlers/operations.ts';
import * as records from '../handlers/records.ts';
import { DELIVERY_QUERY, INVOCATION_QUERY } from '../parameters.ts';
import { PAGING } from '../query.ts';
import { success, table } from './table.ts';

/** The routes of deliveries, invocations and the sandbox. */
export const RECORDS = table<records.RecordHandlerDeps & operations.OperationHandlerDeps>([
  {
    id: 'listDeliveries',
    method: 'get',
    path: '/v1/deliveries',
    permission: 'deliveries:read',
    tag: 'Deliveries',
    summary: 'List deliveries, newest first',
    query: DELIVERY_QUERY,
    success: success('delivery-list', 'A page of deliveries.'),
    handler: records.listDeliveries,
  },
  {
    id: 'readDelivery',
    method: 'get',
    path: '/v1/deliveries/{delivery_id}',
    permission: 'deliveries:read',
    tag: 'Deliveries',
    summary: 'Read a delivery and its invocations',
    success: success('delivery-detail', 'The delivery.'),
    handler: records.readDelivery,
  },
  {
    id: 'listInvocations',
    method: 'get',
    path: '/v1/invocations',
    permission: 'deliveries:read',
    tag: 'Invocations',
    summary: 'List invocations, newest first',
    query: INVOCATION_QUERY,
    success: success('invocation-list', 'A page of invocations, without bodies.'),
    handler: records.listInvocations,
  },
  {
    id: 'readInvocation',
    method: 'get',
    path: '/v1/invocations/{invocation_id}',
    permission: 'deliveries:read',
    tag: 'Invocations',
    summary: 'Read an invocation: request, response, timings, validators',
    success: success('invocation', 'The invocation.'),
    handler: records.readInvocation,
  },
  {
    id: 'readInvocationHar',
    method: 'get',
    path: '/v1/invocations/{invocation_id}/har',
    permission: 'deliveries:read',
    tag: 'Invocations',
    summary: 'An invocation as HAR 1.2',
    success: success('har', 'A HAR file.'),
    handler: records.readHar,
  },
  {
    id: 'readInvocationCurl',
    method: 'get',
    path: '/v1/invocations/{invocation_id}/curl',
    permission: 'deliveries:read',
    tag: 'Invocations',
    summary: 'A curl command that sends the same bytes',
    success: { status: 200, description: 'A shell command.', schema: undefined, contentType: 'text/plain' },
    handler: records.readCurl,
  },
  {
    id: 'listSandboxRequests',
    method: 'get',
    path: '/v1/sandbox/requests',
    permission: 'deliveries:read',
    tag: 'Sandbox',
    summary: 'What arrived at the sandbox receiver',
    query: { limit: PAGING['limit'] ?? { kind: 'integer', description: '' } },
    success: success('sandbox-request-list', 'Newest first.'),
    handler: operations.sandboxRequests,
  },
]);
