// The composition root: what is built in which order, and taken down in reverse. The parts are in `assembly/`.
import type { ApiParts } from './assembly/api.ts';
import { serveApi } from './assembly/api.ts';
import { startDelivering } from './assembly/delivering.ts';
import type { Delivering } from './assembly/delivering.ts';
import type { Admission } from './assembly/admission.ts';
import { createAdmission } from './assembly/admission.ts';
import type { AuditFileParts, RunningAuditFile } from './assembly/audit-file.ts';
import { startAuditFile } from './assembly/audit-file.ts';
import type { Intake } from './assembly/intake.ts';
import { createIntake } from './assembly/intake.ts';
import type { Observation } from './assembly/observation.ts';
import { createObservation } from './assembly/observation.ts';
import type { Reading } from './assembly/reading.ts';
import { createReading } from './assembly/reading.ts';
import { createProductSchemas } from './assembly/schemas.ts';
import type { Storage } from './assembly/storage.ts';
import { openStorage } from './assembly/storage.ts';
import { openTemplates } from './assembly/templates.ts';
import type { AppOptions, Tools, Undo } from './assembly/tools.ts';
import { createTools } from './assembly/tools.ts';
import type { Config } from './config.ts';
import { describeConfig, isExposed } from './config.ts';
import type { ProductFiles } from './product-files.ts';
import { readProductFiles } from './product-files.ts';
import type { Sandbox, SandboxAddress } from './sandbox/index.ts';
import { createSandbox } from './sandbox/index.ts';
import type { Access } from './services/access.ts';
import { ensureAccess } from './services/access.ts';
import { createCatalogue } from './services/catalogue.ts';
import { createEventSink } from './services/own-events.ts';

export { StartupError } from './store/startup-error.ts';

/** Where it listens, and what became of the first admin key. */
export interface Started extends Access {
  readonly url: string;
}

/** A running engine. */
export interface App {
  readonly version: string;
  /** Opens everything and listens. */
  start(): Promise<Started>;
  /** Takes nothing more in, lets requests finish for `graceMs`, and closes everything. */
  stop(graceMs: number): Promise<void>;
  /** Resolves when nothing is in flight, nothing is due, and nothing waits to be written. */
  idle(): Promise<void>;
}

/** Builds the engine; nothing is opened before `start`. */
export function createApp(config: Config, options: AppOptions = {}): App {
  const files = readProductFiles();
  // Each step of the start adds how it is undone, so that one that fails half-way leaves nothing behind.
  const undo: Undo[] = [];
  let engine: Engine | undefined;
  return {
    version: files.version,
    async start() {
      engine = await startEngine(config, files, createTools(options), undo);
      return { url: engine.url, ...engine.access };
    },
    async stop(graceMs) {
      const endMs = performance.now() + graceMs;
      // No new claims while the API still answers what it has begun.
      engine?.delivering.pause();
      for (const step of undo.splice(0).reverse()) await step(Math.max(Math.round(endMs - performance.now()), 0));
    },
    async idle() {
      await engine?.admission.flush();
      await engine?.reading.flush();
      await engine?.delivering.idle();
      await engine?.auditFile?.settled();
    },
  };
}

interface Engine {
  readonly url: string;
  readonly access: Access;
  readonly delivering: Delivering;
  readonly admission: Admission;
  readonly reading: Reading;
  readonly auditFile: RunningAuditFile | undefined;
  readonly storage: Storage;
}

async function startEngine(config: Config, files: ProductFiles, tools: Tools, undo: Undo[]): Promise<Engine> {
  const storage = await openStorage(config, tools, undo);
  const { store } = storage;
  const intake = createIntake(tools);
  const { observation, gauges } = observe({ config, tools, files, store, intake, undo });
  const { report } = observation;
  // What is made before it is known where it listens asks for it later.
  const later: Later = { listener: '', index: () => Promise.resolve() };
  const { reading, auditFile } = await startLog({ config, tools, store, report, undo, later });
  gauges.auditFileLagSeconds = () => auditFile?.lagSeconds() ?? 0;
  const [sandbox, sandboxAddress] = await startSandbox(config, tools, undo);
  const catalogue = createCatalogue(files.payloads);
  const rendering = { catalogue, ...openTemplates(tools, report, undo) };
  const delivering = await startDelivering({
    ...{ config, tools, store, report, rendering, undo },
    database: storage.database,
    sandbox: sandboxAddress,
    version: files.version,
    horizon: reading.horizon,
  });
  later.index = () => delivering.index();
  gauges.inFlight = () => delivering.inFlight();
  const schemas = tools.schemas ?? createProductSchemas(files);
  const admission = createAdmission({ config, tools, store, report });
  const built = {
    reading,
    storage,
    observation,
    delivering,
    catalogue,
    schemas,
    rendering,
    sandbox,
    intake,
    admission,
  };
  const parts: ApiParts = { config, files, tools, undo, ...built };
  const url = await serveApi(parts);
  later.listener = url;
  // Last: a key that was made is shown once, so nothing may fail between making and showing it.
  const access = await store.alone((store) =>
    ensureAccess({ ...tools, store, ownEvents: createEventSink(tools) }, config.adminKey),
  );
  undo.push((graceMs) => Promise.resolve().then(() => report.stopping({ graceMs })));
  report.started({ url, version: files.version });
  if (isExposed(config)) report.exposed({ url });
  if (access.unfitKey !== undefined) report.adminKeyUnfit(access.unfitKey);
  return { url, access, delivering, admission, auditFile, reading, storage };
}

interface ObservedParts {
  readonly config: Config;
  readonly tools: Tools;
  readonly files: ProductFiles;
  readonly store: Storage['store'];
  readonly intake: Intake;
  readonly undo: Undo[];
}

interface Gauges {
  inFlight: () => number;
  auditFileLagSeconds: () => number;
}

function observe({ config, tools, files, store, intake, undo }: ObservedParts): {
  readonly observation: Observation;
  readonly gauges: Gauges;
} {
  const gauges: Gauges = { inFlight: () => 0, auditFileLagSeconds: () => 0 };
  const observation = createObservation(config, tools, {
    version: files.version,
    deliveriesByState: () => store.deliveries.countByState(),
    inFlight: () => gauges.inFlight(),
    intake: () => intake.load(),
    auditFileLagSeconds: () => gauges.auditFileLagSeconds(),
  });
  const { report } = observation;
  undo.push(() => Promise.resolve().then(() => report.stopped()));
  report.starting({ version: files.version, settings: describeConfig(config) });
  return { observation, gauges };
}

interface Later {
  listener: string;
  index: () => Promise<void>;
}

interface LogParts extends Omit<AuditFileParts, 'horizon' | 'system'> {
  readonly config: Config;
  readonly later: Later;
}

async function startLog({ later, ...parts }: LogParts): Promise<{
  readonly reading: Reading;
  readonly auditFile: RunningAuditFile | undefined;
}> {
  const { config, undo } = parts;
  const reading = createReading({ ...parts, indexNow: () => later.index() });
  const system = (): string => config.publicUrl ?? later.listener;
  const auditFile = await startAuditFile({ ...parts, horizon: reading.horizon, system });
  // Reads that are counted while it closes are written, too, and stand in the file.
  undo.push(() => reading.close());
  return { reading, auditFile };
}

async function startSandbox(
  config: Config,
  tools: Tools,
  undo: Undo[],
): Promise<[Sandbox | undefined, SandboxAddress | undefined]> {
  if (!config.sandbox) return [undefined, undefined];
  const sandbox = createSandbox({ now: tools.clock, certificate: tools.sandboxCertificate });
  undo.push(() => sandbox.stop());
  return [sandbox, await sandbox.start()];
}
