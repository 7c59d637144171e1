// node web.js FOLDER: the same in onnxruntime-web, in a page of headless Chromium.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
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

function finish({ results, error }) {
  clearTimeout(timer);
  browser.kill('SIGKILL');
  server.close();
  const holds = report('onnxruntime-web', results ?? {});
  if (error) console.error(`onnxruntime-web: ${error}`);
  browser.on('exit', () => {
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    process.exit(holds && !error ? 0 : 1);
  });
}

const timer = setTimeout(() => finish({ error: `no answer from the page in ${seconds} s` }), seconds * 1000);
server.listen(0, '127.0.0.1', () => {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const url = `http://127.0.0.1:${server.address().port}/`;
  browser = spawn('chromium', [...flags, `--user-data-dir=${profile}`, url], { stdio: 'ignore' });
  browser.on('error', (e) => {
    console.error(`chromium does not start (${e.code}); install Debian's package chromium`);
    process.exit(1);
  });
});
