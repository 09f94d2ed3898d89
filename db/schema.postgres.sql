-- The schema after all migrations. Compared in test/db/migrations.test.ts, which writes it with WRITE_SCHEMA=1.

create table acceptance (
  id integer not null,
  epoch integer not null,
  floor text collate "C" not null,
  readable_until text collate "C" not null,
  constraint acceptance_pkey PRIMARY KEY (id)
);

create table api_keys (
  id text collate "C" not null,
  organization_id text collate "C" not null,
  name text collate "C" not null,
  role text collate "C" not null,
  secret_sha256 text collate "C" not null,
  created_at text collate "C" not null,
  revoked_at text collate "C",
  created_by text collate "C" not null,
  expires_at text collate "C",
  last_used_at text collate "C",
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_organization_id_foreign FOREIGN KEY (organization_id) REFERENCES organizations(id)
);

CREATE INDEX api_keys_list ON api_keys USING btree (organization_id, id);

create table audit_settings (
  organization_id text collate "C" not null,
  version integer not null,
  coverage text collate "C" not null,
  denied_actions text collate "C" not null,
  retention text collate "C" not null,
  max_file_count integer not null,
  updated_at text collate "C" not null,
  updated_by text collate "C" not null,
  constraint audit_settings_pkey PRIMARY KEY (organization_id),
  constraint audit_settings_organization_id_foreign FOREIGN KEY (organization_id) REFERENCES organizations(id)
);

create table deliveries (
  id text collate "C" not null,
  organization_id text collate "C" not null,
  event_id text collate "C" not null,
  webhook_id text collate "C" not null,
  message_id text collate "C" not null,
  state text collate "C" not null,
  reason text collate "C",
  attempts integer not null,
  due_at text collate "C" not null,
  lease_token text collate "C",
  lease_until text collate "C",
  created_at text collate "C" not null,
  updated_at text collate "C" not null,
  finished_at text collate "C",
  held_until text collate "C",
  repeats text collate "C",
  replay_id text collate "C",
  requested_by text collate "C",
  same_bytes_of text collate "C",
  cancel_requested_at text collate "C",
  token_refused_at text collate "C",
  constraint deliveries_pkey PRIMARY KEY (id),
  constraint deliveries_organization_id_event_id_foreign FOREIGN KEY (organization_id, event_id) REFERENCES events(organization_id, id),
  constraint deliveries_organization_id_webhook_id_foreign FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks(organization_id, id)
) with (fillfactor=85, autovacuum_vacuum_scale_factor=0.01, autovacuum_vacuum_threshold=1000, autovacuum_vacuum_cost_delay=0, autovacuum_analyze_scale_factor=0.02);

CREATE INDEX deliveries_by_event ON deliveries USING btree (organization_id, event_id, id);

CREATE INDEX deliveries_by_repeated ON deliveries USING btree (organization_id, repeats, id) WHERE (repeats IS NOT NULL);

CREATE INDEX deliveries_by_replay ON deliveries USING btree (organization_id, replay_id, id) WHERE (replay_id IS NOT NULL);

CREATE INDEX deliveries_by_state ON deliveries USING btree (organization_id, state, id) WHERE (state <> 'sending'::text);

CREATE INDEX deliveries_by_webhook ON deliveries USING btree (organization_id, webhook_id, id);

CREATE INDEX deliveries_held ON deliveries USING btree (webhook_id, due_at, id) WHERE (state = 'held'::text);

CREATE INDEX deliveries_held_until ON deliveries USING btree (held_until) WHERE (state = 'held'::text);

CREATE INDEX deliveries_list ON deliveries USING btree (organization_id, id);

CREATE INDEX deliveries_pending ON deliveries USING btree (webhook_id, due_at, id) WHERE (state = 'pending'::text);

CREATE UNIQUE INDEX deliveries_replayed ON deliveries USING btree (organization_id, replay_id, event_id, webhook_id) WHERE (replay_id IS NOT NULL);

CREATE INDEX deliveries_same_bytes ON deliveries USING btree (same_bytes_of) WHERE (same_bytes_of IS NOT NULL);

CREATE INDEX deliveries_sending ON deliveries USING btree (lease_until, id) WHERE (state = 'sending'::text);

create table encryption_keys (
  id text collate "C" not null,
  check_value text collate "C" not null,
  created_at text collate "C" not null,
  retired_at text collate "C",
  constraint encryption_keys_pkey PRIMARY KEY (id)
);

create table erasures (
  organization_id text collate "C" not null,
  event_id text collate "C" not null,
  invocations integer not null,
  deliveries_cancelled integer not null,
  cleaned_at text collate "C",
  constraint erasures_pkey PRIMARY KEY (organization_id, event_id),
  constraint erasures_organization_id_event_id_foreign FOREIGN KEY (organization_id, event_id) REFERENCES events(organization_id, id) ON DELETE CASCADE
);

CREATE INDEX erasures_unclean ON erasures USING btree (organization_id, event_id) WHERE (cleaned_at IS NULL);

create table event_search (
  seq bigint not null,
  organization_id text collate "C" not null,
  event_id text collate "C" not null,
  received_at text collate "C" not null,
  terms tsvector not null,
  constraint event_search_pkey PRIMARY KEY (seq)
) partition by RANGE (seq);

CREATE INDEX event_search_by_term ON ONLY event_search USING gin (terms) WITH (fastupdate='on', gin_pending_list_limit='4096');

CREATE INDEX event_search_by_time ON ONLY event_search USING btree (received_at, event_id);

create table event_search_0 partition of event_search FOR VALUES FROM ('0') TO ('32768');

create table event_search_partitions (
  first_seq bigint not null,
  received_at text collate "C" not null,
  event_id text collate "C" not null,
  constraint event_search_partitions_pkey PRIMARY KEY (first_seq)
);

create table event_search_state (
  id integer not null,
  last_seq bigint not null,
  received_at text collate "C" not null,
  event_id text collate "C" not null,
  changes bigint not null,
  constraint event_search_state_pkey PRIMARY KEY (id)
);

create table events (
  id text collate "C" not null,
  organization_id text collate "C" not null,
  schema text collate "C" not null,
  event_type text collate "C" not null,
  event_time text collate "C" not null,
  event_time_exact text collate "C" not null,
  received_at text collate "C" not null,
  origin text collate "C" not null,
  idempotency_key text collate "C",
  value_sha256 text collate "C" not null,
  hop integer not null,
  body text collate "C" not null,
  erased_at text collate "C",
  erased_by text collate "C",
  constraint events_list UNIQUE (organization_id, id),
  constraint events_pkey PRIMARY KEY (id),
  constraint events_organization_id_foreign FOREIGN KEY (organization_id) REFERENCES organizations(id)
);

CREATE INDEX events_by_time ON events USING btree (organization_id, received_at, id);

create table heartbeat (
  id integer not null,
  beats integer not null,
  constraint heartbeat_pkey PRIMARY KEY (id)
);

create table idempotency_keys (
  organization_id text collate "C" not null,
  key_sha256 text collate "C" not null,
  event_id text collate "C" not null,
  value_sha256 text collate "C" not null,
  created_at text collate "C" not null,
  constraint idempotency_keys_pkey PRIMARY KEY (organization_id, key_sha256),
  constraint idempotency_keys_organization_id_foreign FOREIGN KEY (organization_id) REFERENCES organizations(id)
);

CREATE INDEX idempotency_keys_age ON idempotency_keys USING btree (organization_id, created_at, key_sha256);

create table invocation_bodies (
  invocation_id text collate "C" not null,
  organization_id text collate "C" not null,
  request_body text collate "C",
  response_body text collate "C",
  constraint invocation_bodies_pkey PRIMARY KEY (invocation_id)
) partition by RANGE (invocation_id);

create table invocation_bodies_default partition of invocation_bodies DEFAULT;

create table invocations (
  id text collate "C" not null,
  organization_id text collate "C" not null,
  kind text collate "C" not null,
  delivery_id text collate "C",
  event_id text collate "C",
  webhook_id text collate "C",
  webhook_version integer,
  webhook_name text collate "C" not null,
  requested_by text collate "C",
  attempt integer not null,
  max_attempts integer not null,
  scheduled_at text collate "C" not null,
  started_at text collate "C" not null,
  finished_at text collate "C",
  outcome text collate "C" not null,
  phase text collate "C",
  error_code text collate "C",
  message text collate "C",
  template_sha256 text collate "C",
  method text collate "C",
  url text collate "C",
  request_headers text collate "C",
  request_bytes integer,
  request_sha256 text collate "C",
  status integer,
  http_version text collate "C",
  response_headers text collate "C",
  response_encoding text collate "C",
  response_bytes integer,
  response_truncated integer,
  timings text collate "C",
  peer text collate "C",
  validators text collate "C",
  warnings text collate "C",
  next_attempt_at text collate "C",
  next_attempt_reason text collate "C",
  masked_places integer,
  erased_at text collate "C",
  constraint invocations_pkey PRIMARY KEY (id)
) partition by RANGE (id);

CREATE INDEX invocations_by_delivery ON ONLY invocations USING btree (delivery_id, id);

CREATE INDEX invocations_by_event ON ONLY invocations USING btree (organization_id, event_id, id);

CREATE INDEX invocations_by_outcome ON ONLY invocations USING btree (organization_id, outcome, id) WHERE (outcome <> 'sending'::text);

CREATE INDEX invocations_by_webhook ON ONLY invocations USING btree (organization_id, webhook_id, id);

CREATE INDEX invocations_list ON ONLY invocations USING btree (organization_id, id);

CREATE INDEX invocations_open ON ONLY invocations USING btree (started_at) WHERE (outcome = 'sending'::text);

create table invocations_default partition of invocations DEFAULT;

create table job_runs (
  job text collate "C" not null,
  bucket text collate "C" not null,
  constraint job_runs_pkey PRIMARY KEY (job)
);

create table organizations (
  id text collate "C" not null,
  name text collate "C" not null,
  created_at text collate "C" not null,
  name_key text collate "C" not null,
  is_first boolean not null,
  max_webhooks integer not null,
  constraint organizations_pkey PRIMARY KEY (id)
);

CREATE UNIQUE INDEX organizations_first ON organizations USING btree (is_first) WHERE is_first;

CREATE UNIQUE INDEX organizations_name ON organizations USING btree (name_key);

create table replays (
  id text collate "C" not null,
  organization_id text collate "C" not null,
  webhook_id text collate "C" not null,
  selection text collate "C" not null,
  received_after text collate "C",
  received_before text collate "C" not null,
  event_types text collate "C" not null,
  filter text collate "C",
  new_webhook_id boolean not null,
  rate_per_sec integer not null,
  state text collate "C" not null,
  reason text collate "C",
  total integer not null,
  scanned integer not null,
  planned integer not null,
  skipped integer not null,
  position text collate "C",
  last_event_id text collate "C",
  paid_until text collate "C" not null,
  cancel_waiting boolean not null,
  created_by text collate "C" not null,
  created_at text collate "C" not null,
  updated_at text collate "C" not null,
  finished_at text collate "C",
  constraint replays_pkey PRIMARY KEY (id),
  constraint replays_organization_id_webhook_id_foreign FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks(organization_id, id)
);

CREATE INDEX replays_list ON replays USING btree (organization_id, id);

create table sealing_key (
  id integer not null,
  key_id text collate "C" not null,
  constraint sealing_key_pkey PRIMARY KEY (id)
);

create table webhook_health (
  webhook_id text collate "C" not null,
  organization_id text collate "C" not null,
  state text collate "C" not null,
  reason text collate "C",
  since text collate "C" not null,
  recent text collate "C" not null,
  first_failure_at text collate "C",
  failures integer not null,
  last_success_at text collate "C",
  last_failure_at text collate "C",
  probe_at text collate "C",
  warned_at text collate "C",
  failed_probes integer not null,
  rate_state double precision not null,
  constraint webhook_health_pkey PRIMARY KEY (webhook_id),
  constraint webhook_health_organization_id_webhook_id_foreign FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks(organization_id, id)
);

CREATE INDEX webhook_health_failing ON webhook_health USING btree (probe_at) WHERE (state = 'failing'::text);

create table webhook_versions (
  organization_id text collate "C" not null,
  webhook_id text collate "C" not null,
  version integer not null,
  settings text collate "C" not null,
  secret_key_id text collate "C",
  created_at text collate "C" not null,
  created_by text collate "C" not null,
  constraint webhook_versions_pkey PRIMARY KEY (organization_id, webhook_id, version),
  constraint webhook_versions_organization_id_webhook_id_foreign FOREIGN KEY (organization_id, webhook_id) REFERENCES webhooks(organization_id, id)
);

create table webhooks (
  id text collate "C" not null,
  organization_id text collate "C" not null,
  name text collate "C" not null,
  name_key text collate "C" not null,
  active boolean not null,
  schema text collate "C" not null,
  timeout_in_sec integer not null,
  max_attempts integer not null,
  version integer not null,
  created_at text collate "C" not null,
  created_by text collate "C" not null,
  updated_at text collate "C" not null,
  deleted_at text collate "C",
  rate_per_sec double precision,
  rate_burst integer,
  max_held_in_sec integer not null,
  constraint webhooks_list UNIQUE (organization_id, id),
  constraint webhooks_pkey PRIMARY KEY (id),
  constraint webhooks_organization_id_foreign FOREIGN KEY (organization_id) REFERENCES organizations(id)
);

CREATE UNIQUE INDEX webhooks_name ON webhooks USING btree (organization_id, name_key) WHERE (deleted_at IS NULL);
