// Routes of how long what is kept.
import { periodsFaults } from '../../domain/period-bodies.ts';
import type { RetentionHandlerDeps } from '../handlers/retention.ts';
import * as retention from '../handlers/retention.ts';
import { body, success, table } from './table.ts';

/** The routes of retention. */
export const RETENTION = table<RetentionHandlerDeps>([
  {
    id: 'readRetention',
    method: 'get',
    path: '/v1/retention',
    permission: 'audit:read',
    tag: 'Audit log',
    summary: 'How long what is kept',
    success: success('retention', 'The five periods.'),
    handler: retention.read,
  },
  {
    id: 'replaceRetention',
    method: 'put',
    path: '/v1/retention',
    permission: 'audit:write',
    tag: 'Audit log',
    summary: 'Set how long what is kept, all five periods',
    body: body('retention', { furtherFaults: periodsFaults }),
    success: success('retention', 'The five periods.'),
    handler: retention.replace,
  },
]);
