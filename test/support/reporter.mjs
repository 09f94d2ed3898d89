// Mocha's spec reporter, and one closing line that any reader of logs understands.
import Mocha from 'mocha';

class ClosingLineReporter extends Mocha.reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures } = this.stats;
    process.stdout.write(`${passes} passed, ${failures} failed\n`);
  }
}

// Mocha loads reporters with `require`, which gives what is exported under this name.
export { ClosingLineReporter as 'module.exports' };
