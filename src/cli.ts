// The command line: one command, its exit code. `main.ts` is the engine.
import { runCommand } from './cli-commands.ts';

process.exitCode = await runCommand(
  {
    env: process.env,
    cwd: process.cwd(),
    print: (text) => void process.stdout.write(text),
    say: (text) => void process.stderr.write(text),
  },
  process.argv.slice(2),
);
