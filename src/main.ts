// The process: configuration → app → wait for a signal → stop.
import { setFlagsFromString } from 'node:v8';
import { createApp, StartupError } from './app.ts';
import { isExposed, maskDatabaseUrl, readConfig } from './config.ts';
import { AppError } from './domain/errors.ts';
import { welcomeText } from './welcome.ts';

const EXIT_CONFIG = 3;

// How long closing may take after the grace time.
const CLOSING_MS = 5000;

// Collect garbage once the heap has grown by this much. Left to itself, V8 lets it double: measured, events of 250 KB
// took the process from 165 to 327 MiB, and with this to 203, at the same speed.
setFlagsFromString('--heap-growing-percent=30');

await main();

async function main(): Promise<void> {
  const reading = readConfig(process.env, process.cwd());
  if (!reading.ok) {
    say(`Hookwright cannot start:\n${reading.problems.map((problem) => `  - ${problem}`).join('\n')}\n`);
    process.exitCode = EXIT_CONFIG;
    return;
  }
  const app = createApp(reading.config);
  try {
    const started = await app.start();
    const { databaseUrl, publicUrl, sandbox } = reading.config;
    const dataDir = databaseUrl === undefined ? reading.config.dataDir : maskDatabaseUrl(databaseUrl);
    say(
      welcomeText({
        version: app.version,
        ...started,
        publicUrl,
        dataDir,
        sandbox,
        isExposed: isExposed(reading.config),
      }),
    );
  } catch (error) {
    await app.stop(0);
    say(`Hookwright cannot start: ${reasonOf(error)}\n`);
    process.exitCode = 1;
    return;
  }
  stopOnSignals(() => app.stop(reading.config.shutdownGraceMs), reading.config.shutdownGraceMs + CLOSING_MS);
}

// The first signal drains; the second leaves at once, and the leases do the rest. They do so, too, where what has to be
// closed does not answer: a database behind a connection that has fallen silent.
function stopOnSignals(stop: () => Promise<void>, longestMs: number): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => {
      say('Stopping takes too long; what is under way is left to its lease.\n');
      process.exit(1);
    }, longestMs).unref();
    stop().catch((error: unknown) => {
      say(`Stopping failed: ${reasonOf(error)}\n`);
      process.exitCode = 1;
    });
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

// Messages are for people, on standard error; standard output is for the log.
function say(text: string): void {
  process.stderr.write(text);
}

function reasonOf(error: unknown): string {
  if (error instanceof StartupError) return error.message;
  // Retry-After is for callers of the API.
  const hint = error instanceof AppError && error.kind !== 'unavailable' ? error.hint : undefined;
  if (error instanceof AppError) return [error.message, hint].filter(Boolean).join(' ');
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
