// The load generator, in a process of its own: posts events over kept connections, at a rate or as fast as they are
// taken, and notes when each was due, sent and acknowledged. One run for each message.
import { nowMs } from './clock.ts';
import { Ledger } from './ledger.ts';
import type { GeneratorAnswer, Load } from './generator-messages.ts';
import { Line } from './line.ts';

const TICK_MS = 1;
// How long the last answers are waited for.
const PATIENCE_MS = 60_000;

/** A run. Requests are numbered from 0; the events of each have the marks from `firstMark + number * batch` on. */
class Run {
  readonly #load: Load;
  readonly #ledger: Ledger;
  readonly #lines: Line[] = [];
  readonly #idle: Line[] = [];
  readonly #waiting: number[] = [];
  readonly #most: number;
  #next = 0;
  #open = 0;
  #endsAt = 0;
  #done: () => void = () => undefined;

  constructor(load: Load) {
    this.#load = load;
    const wanted = load.mode === 'rate' ? Math.floor(load.rate * load.seconds) : load.maxEvents;
    this.#most = Math.floor(Math.min(wanted, load.maxEvents) / load.batch);
    this.#ledger = new Ledger(this.#most * load.batch, load.batch);
  }

  async run(): Promise<GeneratorAnswer> {
    this.#ledger.startedAt = nowMs();
    this.#endsAt = this.#ledger.startedAt + this.#load.seconds * 1000;
    const finished = new Promise<void>((resolve) => (this.#done = resolve));
    if (this.#load.mode === 'rate') this.#tick();
    else for (let count = 0; count < this.#load.connections; count += 1) this.#postNext(this.#addLine());
    const patience = setTimeout(() => this.#done(), this.#load.seconds * 1000 + PATIENCE_MS);
    await finished;
    clearTimeout(patience);
    for (const line of this.#lines) line.close();
    return { kind: 'done', result: this.#ledger.result(this.#next * this.#load.batch, this.#lines.length) };
  }

  #addLine(): Line {
    const { urls } = this.#load;
    const line = new Line(urls[this.#lines.length % urls.length] ?? '', this.#load, {
      answered: (number, answer) => {
        this.#answered(line, number, answer);
      },
      broken: (number, error) => {
        this.#ledger.broke(number, error);
        this.#settled(line);
      },
    });
    this.#lines.push(line);
    return line;
  }

  // What is due now goes out, or waits for a connection; it is late then, and its time runs.
  #tick(): void {
    const now = nowMs();
    const msEach = (1000 * this.#load.batch) / this.#load.rate;
    while (this.#next < this.#most && this.#ledger.startedAt + this.#next * msEach <= now) {
      this.#ledger.due(this.#next, this.#ledger.startedAt + this.#next * msEach);
      this.#waiting.push(this.#next);
      this.#next += 1;
      this.#open += 1;
    }
    this.#pump();
    if (this.#next < this.#most) setTimeout(() => this.#tick(), TICK_MS);
    else this.#finishIfDone();
  }

  #pump(): void {
    while (this.#waiting.length > 0) {
      const line = this.#idle.pop() ?? (this.#lines.length < this.#load.connections ? this.#addLine() : undefined);
      if (line === undefined) return;
      this.#post(line, this.#waiting.shift() ?? 0);
    }
  }

  #postNext(line: Line): void {
    if (this.#next >= this.#most || nowMs() >= this.#endsAt) {
      this.#finishIfDone();
      return;
    }
    const number = this.#next;
    this.#next += 1;
    this.#open += 1;
    this.#ledger.due(number, nowMs());
    this.#post(line, number);
  }

  #post(line: Line, number: number): void {
    this.#ledger.sent(number, nowMs());
    line.post(number);
  }

  #answered(line: Line, number: number, answer: Parameters<Ledger['answered']>[1]): void {
    const pauseMs = this.#ledger.answered(number, answer);
    if (pauseMs === undefined) {
      this.#settled(line);
      return;
    }
    // Refused before anything of it was stored: its time runs on.
    setTimeout(() => {
      if (this.#load.mode === 'saturate') {
        this.#post(line, number);
        return;
      }
      this.#waiting.push(number);
      this.#pump();
    }, pauseMs);
    if (this.#load.mode === 'rate') this.#free(line);
  }

  #settled(line: Line): void {
    this.#open -= 1;
    if (this.#load.mode === 'saturate') {
      this.#postNext(line);
      return;
    }
    this.#free(line);
    if (this.#next >= this.#most) this.#finishIfDone();
  }

  #free(line: Line): void {
    this.#idle.push(line);
    this.#pump();
  }

  #finishIfDone(): void {
    if (this.#open === 0) this.#done();
  }
}

process.on('message', (load: Load) => {
  new Run(load).run().then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ kind: 'failed', message: String(error) } satisfies GeneratorAnswer),
  );
});
// Nothing is left running where the benchmark itself has broken.
process.once('disconnect', () => process.exit());
