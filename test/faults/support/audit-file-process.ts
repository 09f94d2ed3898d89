// A process that accepts events and writes the audit log file of them as fast as it can, until it is killed; or, told to
// `finish`, that only writes what is left. Run by audit-file.faults.ts with the folder and what to do.
import { join } from 'node:path';
import { createNewId } from '../../../src/assembly/new-id.ts';
import { pause, yieldToOthers } from '../../../src/assembly/waiting.ts';
import { AuditFile } from '../../../src/audit-file/audit-file.ts';
import { NODE_FILES } from '../../../src/audit-file/files.ts';
import { LOCAL_DAYS } from '../../../src/audit-file/local-days.ts';
import { AcceptanceClock } from '../../../src/domain/acceptance.ts';
import { Horizon } from '../../../src/services/horizon.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { lockFolder } from '../../../src/store/folder-lock.ts';
import { createStore } from '../../../src/store/index.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { createSecretBox } from '../../../src/store/secrets.ts';
import { eventWith, organizationWith } from '../../store/fixtures.ts';

const [folder = '', task = ''] = process.argv.slice(2);
// Small, so that another one is begun many times between two kills.
const LIMIT_BYTES = 20_000;
const AT_ONCE = 40;

const clock = (): Date => new Date();
const monotonicMs = (): number => performance.now();
const database = await openDatabase({ path: join(folder, 'hookwright.db') });
await migrate(database);
const store = createStore({ database, secrets: createSecretBox({ keys: [{ id: 'test', key: Buffer.alloc(32, 7) }] }) });
if ((await store.organizations.first()) === undefined) await store.organizations.insert(organizationWith());

const unexpected = (fact: unknown): never => {
  throw new Error(JSON.stringify(fact));
};
const file = new AuditFile({
  ...LOCAL_DAYS,
  folder: join(folder, 'audit'),
  files: NODE_FILES,
  limitBytes: LIMIT_BYTES,
  lock: lockFolder,
  eventLog: store.eventLog,
  eventOf: (organizationId, id) => store.events.byId(organizationId, id),
  horizon: new Horizon({
    store,
    monotonicMs,
    pause,
    acceptance: new AcceptanceClock(clock),
    indexNow: () => Promise.resolve(),
  }),
  lineOf: ({ id, body }) => JSON.stringify({ id, body }),
  maxFileCount: () => Promise.resolve(1_000_000),
  clock,
  monotonicMs,
  pause,
  yieldToOthers,
  report: {
    auditFileFailed: unexpected,
    auditFileRecovered: () => undefined,
    auditFileElsewhere: unexpected,
    auditFileWritten: () => undefined,
    auditFileLineFailed: unexpected,
    auditFilePositionLost: unexpected,
  },
});
await file.start();
process.stdout.write('ready\n');

const newId = createNewId();

async function accept(): Promise<void> {
  await store.transaction(async (store) => {
    const receivedAt = await store.acceptance.begin(clock());
    const events = Array.from({ length: AT_ONCE }, (_none, index) =>
      eventWith({ id: newId('evt'), receivedAt, body: JSON.stringify({ text: 'ä'.repeat(index * 5) }) }),
    );
    await store.events.insertMany(events);
  });
}

if (task === 'finish') {
  await file.settled();
  await file.stop(60_000);
  await database.close();
} else {
  const accepting = async (): Promise<void> => {
    for (;;) await accept();
  };
  const writing = async (): Promise<void> => {
    for (;;) await file.settled();
  };
  await Promise.all([accepting(), writing()]);
}
