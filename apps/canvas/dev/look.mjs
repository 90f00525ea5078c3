// Takes pictures of pages:
// node dev/look.mjs <out folder> <width>x<height> <light|dark> <name=path[;;script]>...
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [out, size, scheme, ...shots] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const origin = process.env.LOOK_ORIGIN ?? 'http://127.0.0.1:5299';
const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
const page = await context.newPage();
page.on('console', (message) => {
  if (['error', 'warning'].includes(message.type()))
    console.log(message.type(), message.text().slice(0, 400));
});
page.on('pageerror', (error) =>
  console.log('fault', error.message.slice(0, 600), (error.stack ?? '').split('\n').slice(1, 4).join(' | ')),
);
await page.goto(`${origin}/#token=${process.env.LOOK_TOKEN ?? 'mock-token-0123456789'}`);
await page.waitForTimeout(600);
/** Clicks the middle of what a selector finds, whatever lies over it. */
async function press(selector, options = {}) {
  const box = await page.locator(selector).first().boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + Math.min(12, box.height / 2), options);
}
for (const shot of shots) {
  const [name, rest] = [shot.slice(0, shot.indexOf('=')), shot.slice(shot.indexOf('=') + 1)];
  const [path, script] = rest.split(';;');
  if (path) await page.goto(origin + path);
  await page.waitForTimeout(1200);
  if (script) await eval(`(async () => { ${script} })()`);
  await page.waitForTimeout(Number(process.env.LOOK_WAIT ?? 500));
  await page.screenshot({ path: `${out}/${name}-${scheme}.png` });
  console.log(name, await page.title());
}
await browser.close();
