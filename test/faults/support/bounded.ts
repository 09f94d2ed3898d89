// Loaded before the experiments by `npm run check:faults`: they run in the short form that CI has time for.
process.env['TEST_FAULTS'] ??= 'bounded';
