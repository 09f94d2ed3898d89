// The composition root: what is built in which order, and taken down in reverse. The parts are in `assembly/`.
import type { ApiParts } from './assembly/api.ts';
import { serveApi } from './assembly/api.ts';
import { startDelivering } from './assembly/delivering.ts';
import type { Delivering } from './assembly/delivering.ts';
import type { Admission } from './assembly/admission.ts';
import { createAdmission } from './assembly/admission.ts';
import { createIntake } from './assembly/intake.ts';
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
    },
  };
}

interface Engine {
  readonly url: string;
  readonly access: Access;
  readonly delivering: Delivering;
  readonly admission: Admission;
  readonly reading: Reading;
  readonly storage: Storage;
}

async function startEngine(config: Config, files: ProductFiles, tools: Tools, undo: Undo[]): Promise<Engine> {
  const storage = await openStorage(config, tools, undo);
  const { store } = storage;
  let inFlight = (): number => 0;
  const intake = createIntake(tools);
  const observation = createObservation(config, tools, {
    version: files.version,
    deliveriesByState: () => store.deliveries.countByState(),
    inFlight: () => inFlight(),
    intake: () => intake.load(),
  });
  const { report } = observation;
  undo.push(() => Promise.resolve().then(() => report.stopped()));
  report.starting({ version: files.version, settings: describeConfig(config) });
  const [sandbox, sandboxAddress] = await startSandbox(config, tools, undo);
  const catalogue = createCatalogue(files.payloads);
  const rendering = { catalogue, ...openTemplates(tools, report, undo) };
  let index = (): Promise<void> => Promise.resolve();
  const reading = createReading({ tools, store, report, indexNow: () => index() });
  // Reads that are counted while it closes are written, too.
  undo.push(() => reading.close());
  const delivering = await startDelivering({
    config,
    tools,
    store,
    database: storage.database,
    report,
    rendering,
    sandbox: sandboxAddress,
    version: files.version,
    undo,
    horizon: reading.horizon,
  });
  index = () => delivering.index();
  inFlight = () => delivering.inFlight();
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
  // Last: a key that was made is shown once, so nothing may fail between making and showing it.
  const access = await store.alone((store) =>
    ensureAccess({ ...tools, store, ownEvents: createEventSink(tools) }, config.adminKey),
  );
  undo.push((graceMs) => Promise.resolve().then(() => report.stopping({ graceMs })));
  report.started({ url, version: files.version });
  if (isExposed(config)) report.exposed({ url });
  if (access.unfitKey !== undefined) report.adminKeyUnfit(access.unfitKey);
  return { url, access, delivering, admission, reading, storage };
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
