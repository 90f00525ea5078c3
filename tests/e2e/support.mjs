// What every journey needs: the real binary, a scripted model endpoint, a page whose complaints fail it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from '../../apps/canvas/node_modules/playwright-core/index.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const binary = process.env.SCAIFLOW_BINARY ?? path.join(here, '../../build/scaiflow');
const screenshots = process.env.SCAIFLOW_SCREENSHOTS;
const axeFile = createRequire(import.meta.url).resolve('../../apps/canvas/node_modules/axe-core/axe.min.js');
const STEP_MS = 15_000;
/** The environment without what is meant for the tests: the server refuses settings that it does not know. */
const plain = { ...process.env };
for (const name of Object.keys(plain)) if (name.startsWith('SCAIFLOW_')) delete plain[name];

/** `scaiflow serve` in a folder of its own. `url` is the address it printed, with the token behind `#`. */
export async function startServer(env = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'scaiflow-e2e-'));
  const child = spawn(binary, ['serve', '--port', '0', '--data-dir', path.join(folder, 'data')], {
    cwd: folder, env: { ...plain, SCAIFLOW_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const url = await Promise.race([printedUrl(child.stdout), ended.then(() => undefined)]);
  if (!url) throw new Error('the server ended before it printed its address');
  const { origin, hash } = new URL(url);
  return {
    url, origin, token: hash.slice('#token='.length),
    async get(place) {
      const headers = { Authorization: `Bearer ${hash.slice('#token='.length)}` };
      const answer = await fetch(origin + place, { headers });
      assert.equal(answer.status, 200, `${place}: ${answer.status}`);
      return answer.json();
    },
    async post(place, body) {
      const token = hash.slice('#token='.length);
      const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
      const answer = await fetch(origin + place, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: answer.status, body: await answer.json() };
    },
    async close() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function printedUrl(stream) {
  for await (const line of readline.createInterface({ input: stream })) {
    const found = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(line);
    if (found) {
      stream.resume();
      return found[0];
    }
  }
  return undefined;
}

/** An OpenAI-compatible endpoint; `answer(request)` gives the text or the object of each completion. */
export async function startModels(answer) {
  const requests = [];
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = request.method === 'GET' ? models() : completion(JSON.parse(text));
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  const completion = (request) => {
    requests.push(request);
    const said = answer(request);
    const content = typeof said === 'string' ? said : JSON.stringify(said);
    return {
      id: 'chatcmpl-e2e', object: 'chat.completion', created: 0, model: request.model,
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
      usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    };
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/v1`;
  return {
    url, requests, env: { OPENAI_API_KEY: 'sk-test-0123456789abcdef', OPENAI_BASE_URL: url },
    close: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }),
  };
}

function models() {
  const data = ['gpt-4o', 'gpt-4o-mini'].map((id) => ({ id, object: 'model' }));
  return { object: 'list', data };
}

/** One browser for all journeys of a file. */
export function openBrowser() {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}

/** A fresh profile with one page, signed in. Motion is reduced, so that what is clicked stands still. */
async function openPage(browser, server) {
  const viewport = { width: 1440, height: 900 };
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
  context.setDefaultTimeout(STEP_MS);
  complaintsOf.set(context, new Set());
  context.on('page', listen);
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForURL((url) => url.hash === '');
  return page;
}

/** What is wrong with the pages of a context: faults, console errors, foreign requests, findings of axe. */
const complaintsOf = new WeakMap();

function complain(page, text) {
  complaintsOf.get(page.context()).add(text);
}

function listen(page) {
  page.on('console', (message) => {
    if (message.type() === 'error') complain(page, `console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complain(page, `fault: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const own = ['data:', 'blob:'].includes(protocol) || hostname === '127.0.0.1';
    if (!own) complain(page, `request to somebody else: ${request.url()}`);
  });
}

let axe;

/** Looks for serious and critical findings of axe and keeps a picture when asked for, in each theme. */
export async function look(page, name, themes = ['light', 'dark']) {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    axe ??= await readFile(axeFile, 'utf8');
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
    const serious = found.violations.filter((item) => ['serious', 'critical'].includes(item.impact));
    for (const finding of serious) complain(page, `axe on ${name}, ${colorScheme}: ${told(finding)}`);
    if (screenshots) await keepPicture(page, `${name}-${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

const SIZES = [{ width: 1280, height: 800 }, { width: 1920, height: 1080 }];

/** Pictures and axe at a small and at a large screen. */
export async function lookAtSizes(page, name) {
  const own = page.viewportSize();
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await look(page, `${name}-${size.width}`);
  }
  await page.setViewportSize(own);
}

function told(finding) {
  return [`${finding.id}: ${finding.help}`, ...finding.nodes.map((node) => `    ${node.html}`)].join('\n');
}

async function keepPicture(page, name) {
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
}

/**
 * Runs a journey against a server of its own with an empty folder: `run({ page, server })`. What goes wrong
 * leaves a picture, and no complaint of the page is let pass.
 */
export async function journey(browser, name, env, run) {
  const server = await startServer(env);
  const page = await openPage(browser, server);
  const complaints = complaintsOf.get(page.context());
  try {
    await run({ page, server });
  } catch (error) {
    if (screenshots) await keepPicture(page, `failed-${name}`);
    throw new Error([error.message, ...complaints].join('\n'), { cause: error });
  } finally {
    await page.context().close();
    await server.close();
  }
  assert.equal([...complaints].join('\n'), '', 'the page complained');
}
