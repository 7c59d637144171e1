// node web.js FOLDER: the same in onnxruntime-web, in a page of headless Chromium.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { report } from './report.js';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2];
const seconds = 300;
const types = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm', json: 'application/json' };

/** Where a path of the page lies on disk; one name deep, so nothing else is served. */
function file(path) {
  if (path === '/') return join(here, 'page.html');
  if (path === '/interop/compare.js') return join(here, 'compare.js');
  if (path === '/examples/web/learner.js') return join(here, '../examples/web/learner.js');
  if (path.startsWith('/ort/')) return join(here, 'node_modules/onnxruntime-web/dist', basename(path));
  if (path.startsWith('/models/')) return join(folder, basename(path));
  return null;
}

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      response.end();
      finish(JSON.parse(body));
    });
  } else if (request.url === '/names') {
    const names = readdirSync(folder).filter((f) => f.endsWith('.onnx')).map((f) => f.slice(0, -5));
    response.end(JSON.stringify(names.sort()));
  } else {
    const path = file(new URL(request.url, 'http://localhost').pathname);
    try {
      const bytes = readFileSync(path ?? '');
      response.setHeader('Content-Type', types[path.split('.').pop()] ?? 'application/octet-stream');
      response.end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  }
});

const profile = mkdtempSync(join(tmpdir(), 'recurve-chromium-'));
let browser;

async function finish({ results, error }) {
  clearTimeout(timer);
  server.close();
  browser.removeAllListeners('exit');
  const holds = report('onnxruntime-web', results ?? {});
  if (error) console.error(`onnxruntime-web: ${error}`);
  await forget();
  process.exit(holds && !error ? 0 : 1);
}

/** Ends the browser and its helpers, which would go on writing to the profile, and removes the profile. */
async function forget() {
  try {
    process.kill(-browser.pid, 'SIGKILL');
  } catch {
    // it has ended already
  }
  for (let attempt = 1; attempt <= 20; attempt++) {
    await sleep(100);
    try {
      rmSync(profile, { recursive: true, force: true });
      return;
    } catch {
      // a helper was not quite dead
    }
  }
  console.error(`onnxruntime-web: ${profile} could not be removed`);
}

const timer = setTimeout(() => finish({ error: `no answer from the page in ${seconds} s` }), seconds * 1000);
server.listen(0, '127.0.0.1', () => {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const url = `http://127.0.0.1:${server.address().port}/`;
  // a process group of its own, so that its helpers end with it
  browser = spawn('chromium', [...flags, `--user-data-dir=${profile}`, url], { stdio: 'ignore', detached: true });
  browser.on('error', (e) => {
    console.error(`chromium does not start (${e.code}); install Debian's package chromium`);
    process.exit(1);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => finish({ error: `ended by ${signal}` }));
  browser.on('exit', (code, signal) => finish({ error: `chromium ended before the page had answered (${signal ?? code})` }));
});
