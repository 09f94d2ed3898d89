// A stand-in for curl on machines that have none: the options that the README's commands use, and `connect-to` from the
// .curlrc in CURL_HOME. Anything else is refused, so that it never passes where curl would not.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const headers = [];
let url;
let body;

const words = process.argv.slice(2);
while (words.length > 0) {
  const word = words.shift();
  if (word === '-H') headers.push(headerOf(words.shift() ?? ''));
  else if (word === '-d') body = words.shift();
  else if (word !== '-s') url = isOption(word) || url !== undefined ? refuse(word) : word;
}
if (url === undefined) refuse('no URL');

const response = await fetch(connected(url), { method: body === undefined ? 'GET' : 'POST', headers, body });
process.stdout.write(await response.text());

function isOption(word) {
  return word.startsWith('-');
}

function refuse(what) {
  console.error(`The stand-in for curl does not know this: ${what}`);
  process.exit(2);
}

function headerOf(line) {
  const colon = line.indexOf(':');
  return colon > 0 ? [line.slice(0, colon), line.slice(colon + 1).trim()] : refuse(line);
}

// `connect-to = "host:port:otherHost:otherPort"`
function connected(text) {
  const file = join(process.env.CURL_HOME ?? '', '.curlrc');
  const rule = existsSync(file) ? /^connect-to = "(.+):(\d+):(.+):(\d+)"$/m.exec(readFileSync(file, 'utf8')) : null;
  const target = new URL(text);
  if (rule !== null && target.hostname === rule[1] && target.port === rule[2]) {
    target.hostname = rule[3];
    target.port = rule[4];
  }
  return target;
}
