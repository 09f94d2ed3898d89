// Routes of replays.
import * as replays from '../handlers/replays.ts';
import { DRY_RUN, REPLAY_QUERY } from '../parameters.ts';
import { body, success, table } from './table.ts';

/** The routes of replays. */
export const REPLAYS = table<replays.ReplayHandlerDeps>([
  {
    id: 'createReplay',
    method: 'post',
    path: '/v1/replays',
    permission: 'deliveries:write',
    tag: 'Replays',
    summary: 'Deliver past events to a webhook again, or for the first time',
    query: DRY_RUN,
    body: body('replay-create', { checked: false }),
    success: success('replay', 'The replay, running.', 201),
    alternatives: [success('replay-preview', 'With dry_run: what it would do.')],
    handler: replays.create,
  },
  {
    id: 'listReplays',
    method: 'get',
    path: '/v1/replays',
    permission: 'deliveries:read',
    tag: 'Replays',
    summary: 'List replays, newest first',
    query: REPLAY_QUERY,
    success: success('replay-list', 'A page of replays.'),
    handler: replays.list,
  },
  {
    id: 'readReplay',
    method: 'get',
    path: '/v1/replays/{replay_id}',
    permission: 'deliveries:read',
    tag: 'Replays',
    summary: 'Read a replay and how far it has come',
    success: success('replay', 'The replay.'),
    handler: replays.read,
  },
  {
    id: 'pauseReplay',
    method: 'post',
    path: '/v1/replays/{replay_id}/pause',
    permission: 'deliveries:write',
    tag: 'Replays',
    summary: 'Pause a replay',
    success: success('replay', 'The replay, paused.'),
    handler: replays.pause,
  },
  {
    id: 'resumeReplay',
    method: 'post',
    path: '/v1/replays/{replay_id}/resume',
    permission: 'deliveries:write',
    tag: 'Replays',
    summary: 'Let a paused replay go on',
    success: success('replay', 'The replay, running.'),
    handler: replays.resume,
  },
  {
    id: 'cancelReplay',
    method: 'post',
    path: '/v1/replays/{replay_id}/cancel',
    permission: 'deliveries:write',
    tag: 'Replays',
    summary: 'Cancel a replay, and what waits of it',
    body: body('replay-cancel', { optional: true }),
    success: success('replay', 'The replay.'),
    handler: replays.cancel,
  },
]);
