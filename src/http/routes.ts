// Every route of the API: the server, the OpenAPI document and the tests are made from this table.
import type { AuditingConfigurationDeps } from './handlers/auditing-configuration.ts';
import type { AuditingEventsDeps } from './handlers/auditing-events.ts';
import type { EventLogHandlerDeps } from './handlers/event-log.ts';
import type { EventHandlerDeps } from './handlers/events.ts';
import type { GalleryHandlerDeps } from './handlers/gallery.ts';
import type { OperationHandlerDeps } from './handlers/operations.ts';
import type { AccessHandlerDeps } from './handlers/organizations.ts';
import type { RecordHandlerDeps } from './handlers/records.ts';
import type { ReplayHandlerDeps } from './handlers/replays.ts';
import type { RetentionHandlerDeps } from './handlers/retention.ts';
import type { TestHandlerDeps } from './handlers/testing.ts';
import type { WebhookHandlerDeps } from './handlers/webhooks.ts';
import type { Route } from './route.ts';
import { ACCESS } from './routes/access.ts';
import { AUDITING } from './routes/auditing.ts';
import { EVENTS } from './routes/events.ts';
import { GALLERY } from './routes/gallery.ts';
import { OPERATIONS } from './routes/operations.ts';
import { RECORDS } from './routes/records.ts';
import { REPLAYS } from './routes/replays.ts';
import { RETENTION } from './routes/retention.ts';
import { WEBHOOKS } from './routes/webhooks.ts';

/** Everything that the handlers touch together. */
export type HttpDeps = WebhookHandlerDeps &
  EventHandlerDeps &
  EventLogHandlerDeps &
  GalleryHandlerDeps &
  RecordHandlerDeps &
  ReplayHandlerDeps &
  RetentionHandlerDeps &
  TestHandlerDeps &
  AccessHandlerDeps &
  AuditingConfigurationDeps &
  AuditingEventsDeps &
  OperationHandlerDeps;

/** All routes, literal paths before those with parameters. */
export const ROUTES: readonly Route<HttpDeps>[] = [
  ...WEBHOOKS,
  ...EVENTS,
  ...GALLERY,
  ...RECORDS,
  ...REPLAYS,
  ...RETENTION,
  ...ACCESS,
  ...AUDITING,
  ...OPERATIONS,
];
