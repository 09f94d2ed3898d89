// Lets one process at a time install and build in a clone: `npm start` and `npm test` may be started together.
// Plain syntax, as in ensure.mjs.
import crypto from 'crypto';
import fs from 'fs';
import os from 'os';
import path from 'path';

const PAUSE_MS = 250;

/** The lock of a clone: outside of it, because an installation removes the whole node_modules. */
export function lockFile(root) {
  const name = crypto.createHash('sha256').update(fs.realpathSync(root)).digest('hex').slice(0, 16);
  return path.join(os.tmpdir(), `hookwright-${name}.lock`);
}

/** Runs `work` alone. Waits while another process that is alive holds the lock; the lock of a dead one is taken over. */
export function withLock(root, say, work) {
  const file = lockFile(root);
  for (let told = false; !take(file); told = true) {
    if (!told) say('Another process installs or builds here; waiting for it …');
    pause(PAUSE_MS);
  }
  try {
    work();
  } finally {
    fs.unlinkSync(file);
  }
}

function take(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isHeld(file)) fs.rmSync(file, { force: true });
  return false;
}

function isHeld(file) {
  try {
    const pid = Number(fs.readFileSync(file, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error.code === 'EPERM';
  }
}

// The whole program is waiting, so it may block.
function pause(durationMs) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}
