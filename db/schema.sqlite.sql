-- The schema after all migrations. Compared in test/db/migrations.test.ts, which writes it with WRITE_SCHEMA=1.

CREATE TABLE acceptance (
  id integer not null,
  epoch integer not null,
  floor text not null,
  readable_until text not null,
  primary key (id)
);

CREATE TABLE api_keys (
  id text not null,
  organization_id text not null,
  name text not null,
  role text not null,
  secret_sha256 text not null,
  created_at text not null,
  revoked_at text,
  created_by text not null default 'hookwright',
  expires_at text,
  last_used_at text,
  foreign key(organization_id) references organizations(id),
  primary key (id)
);

CREATE INDEX api_keys_list on api_keys (organization_id, id);

CREATE TABLE audit_settings (
  organization_id text not null,
  version integer not null,
  coverage text not null,
  denied_actions text not null,
  retention text not null,
  max_file_count integer not null,
  updated_at text not null,
  updated_by text not null,
  foreign key(organization_id) references organizations(id),
  primary key (organization_id)
);

CREATE TABLE deliveries (
  id text not null,
  organization_id text not null,
  event_id text not null,
  webhook_id text not null,
  message_id text not null,
  state text not null,
  reason text,
  attempts integer not null,
  due_at text not null,
  lease_token text,
  lease_until text,
  created_at text not null,
  updated_at text not null,
  finished_at text,
  held_until text,
  repeats text,
  replay_id text,
  requested_by text,
  same_bytes_of text,
  cancel_requested_at text,
  token_refused_at text,
  foreign key(organization_id, event_id) references events(organization_id, id),
  foreign key(organization_id, webhook_id) references webhooks(organization_id, id),
  primary key (id)
);

CREATE INDEX deliveries_by_event on deliveries (organization_id, event_id, id);

CREATE INDEX deliveries_by_repeated on deliveries (organization_id, repeats, id) where repeats is not null;

CREATE INDEX deliveries_by_replay on deliveries (organization_id, replay_id, id) where replay_id is not null;

CREATE INDEX deliveries_by_state on deliveries (organization_id, state, id) where state <> 'sending';

CREATE INDEX deliveries_by_webhook on deliveries (organization_id, webhook_id, id);

CREATE INDEX deliveries_held on deliveries (webhook_id, due_at, id) where state = 'held';

CREATE INDEX deliveries_held_until on deliveries (held_until) where state = 'held';

CREATE INDEX deliveries_list on deliveries (organization_id, id);

CREATE INDEX deliveries_pending on deliveries (webhook_id, due_at, id) where state = 'pending';

CREATE UNIQUE INDEX deliveries_replayed on deliveries (organization_id, replay_id, event_id, webhook_id)
      where replay_id is not null;

CREATE INDEX deliveries_same_bytes on deliveries (same_bytes_of) where same_bytes_of is not null;

CREATE INDEX deliveries_sending on deliveries (lease_until, id) where state = 'sending';

CREATE TABLE encryption_keys (
  id text not null,
  check_value text not null,
  created_at text not null,
  retired_at text,
  primary key (id)
);

CREATE TABLE erasures (
  organization_id text not null,
  event_id text not null,
  invocations integer not null,
  deliveries_cancelled integer not null,
  cleaned_at text,
  foreign key(organization_id, event_id) references events(organization_id, id) on delete cascade,
  primary key (organization_id, event_id)
);

CREATE INDEX erasures_unclean on erasures (organization_id, event_id) where cleaned_at is null;

CREATE VIRTUAL TABLE event_search using fts5(
    terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '='");

CREATE TABLE event_search_entries (
  seq integer not null,
  organization_id text not null,
  event_id text not null,
  received_at text not null,
  primary key (seq)
);

CREATE INDEX event_search_entries_by_time on event_search_entries (received_at, event_id);

CREATE TABLE event_search_state (
  id integer not null,
  last_seq bigint not null,
  received_at text not null,
  event_id text not null,
  changes bigint not null,
  primary key (id)
);

CREATE TABLE events (
  id text not null,
  organization_id text not null,
  schema text not null,
  event_type text not null,
  event_time text not null,
  event_time_exact text not null,
  received_at text not null,
  origin text not null,
  idempotency_key text,
  value_sha256 text not null,
  hop integer not null,
  body text not null,
  erased_at text,
  erased_by text,
  foreign key(organization_id) references organizations(id),
  primary key (id)
);

CREATE INDEX events_by_time on events (organization_id, received_at, id);

CREATE UNIQUE INDEX events_list on events (organization_id, id);

CREATE TABLE heartbeat (
  id integer not null,
  beats integer not null,
  primary key (id)
);

CREATE TABLE idempotency_keys (
  organization_id text not null,
  "key_sha256" text not null,
  event_id text not null,
  value_sha256 text not null,
  created_at text not null,
  foreign key(organization_id) references organizations(id),
  primary key (organization_id, "key_sha256")
);

CREATE INDEX idempotency_keys_age on idempotency_keys (organization_id, created_at, key_sha256);

CREATE TABLE invocation_bodies (
  invocation_id text not null,
  organization_id text not null,
  request_body text,
  response_body text,
  primary key (invocation_id)
);

CREATE TABLE invocations (
  id text not null,
  organization_id text not null,
  kind text not null,
  delivery_id text,
  event_id text,
  webhook_id text,
  webhook_version integer,
  webhook_name text not null,
  requested_by text,
  attempt integer not null,
  max_attempts integer not null,
  scheduled_at text not null,
  started_at text not null,
  finished_at text,
  outcome text not null,
  phase text,
  error_code text,
  message text,
  template_sha256 text,
  method text,
  url text,
  request_headers text,
  request_bytes integer,
  request_sha256 text,
  status integer,
  http_version text,
  response_headers text,
  response_encoding text,
  response_bytes integer,
  response_truncated integer,
  timings text,
  peer text,
  validators text,
  warnings text,
  next_attempt_at text,
  next_attempt_reason text,
  masked_places integer,
  erased_at text,
  primary key (id)
);

CREATE INDEX invocations_by_delivery on invocations (delivery_id, id);

CREATE INDEX invocations_by_event on invocations (organization_id, event_id, id);

CREATE INDEX invocations_by_outcome on invocations (organization_id, outcome, id) where outcome <> 'sending';

CREATE INDEX invocations_by_webhook on invocations (organization_id, webhook_id, id);

CREATE INDEX invocations_list on invocations (organization_id, id);

CREATE INDEX invocations_open on invocations (started_at) where outcome = 'sending';

CREATE TABLE job_runs (
  job text not null,
  bucket text not null,
  primary key (job)
);

CREATE TABLE organizations (
  id text not null,
  name text not null,
  created_at text not null,
  name_key text not null default '',
  is_first boolean not null default '0',
  max_webhooks integer not null default '100',
  primary key (id)
);

CREATE UNIQUE INDEX organizations_first on organizations (is_first) where is_first;

CREATE UNIQUE INDEX organizations_name on organizations (name_key);

CREATE TABLE replays (
  id text not null,
  organization_id text not null,
  webhook_id text not null,
  selection text not null,
  received_after text,
  received_before text not null,
  event_types text not null,
  filter text,
  new_webhook_id boolean not null,
  rate_per_sec integer not null,
  state text not null,
  reason text,
  total integer not null,
  scanned integer not null,
  planned integer not null,
  skipped integer not null,
  position text,
  last_event_id text,
  paid_until text not null,
  cancel_waiting boolean not null,
  created_by text not null,
  created_at text not null,
  updated_at text not null,
  finished_at text,
  foreign key(organization_id, webhook_id) references webhooks(organization_id, id),
  primary key (id)
);

CREATE INDEX replays_list on replays (organization_id, id);

CREATE TABLE sealing_key (
  id integer not null,
  key_id text not null,
  primary key (id)
);

CREATE TABLE webhook_health (
  webhook_id text not null,
  organization_id text not null,
  state text not null,
  reason text,
  since text not null,
  recent text not null,
  first_failure_at text,
  failures integer not null,
  last_success_at text,
  last_failure_at text,
  probe_at text,
  warned_at text,
  failed_probes integer not null,
  rate_state float not null,
  foreign key(organization_id, webhook_id) references webhooks(organization_id, id),
  primary key (webhook_id)
);

CREATE INDEX webhook_health_failing on webhook_health (probe_at) where state = 'failing';

CREATE TABLE webhook_versions (
  organization_id text not null,
  webhook_id text not null,
  version integer not null,
  settings text not null,
  secret_key_id text,
  created_at text not null,
  created_by text not null,
  foreign key(organization_id, webhook_id) references webhooks(organization_id, id),
  primary key (organization_id, webhook_id, version)
);

CREATE TABLE webhooks (
  id text not null,
  organization_id text not null,
  name text not null,
  name_key text not null,
  active boolean not null,
  schema text not null,
  timeout_in_sec integer not null,
  max_attempts integer not null,
  version integer not null,
  created_at text not null,
  created_by text not null,
  updated_at text not null,
  deleted_at text,
  rate_per_sec float,
  rate_burst integer,
  max_held_in_sec integer not null default '1209600',
  foreign key(organization_id) references organizations(id),
  primary key (id)
);

CREATE UNIQUE INDEX webhooks_list on webhooks (organization_id, id);

CREATE UNIQUE INDEX webhooks_name on webhooks (organization_id, name_key) where deleted_at is null;
