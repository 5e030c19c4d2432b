/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The specimen page in Chromium: every part in both languages, on a desk, a phone and
 * the narrowest screen, with and without script. specimen.mjs FOLDER THEME.CSS
 */
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { axeComplaints, finish, openPage, sidewaysScroll, smallTargets, start, test } from "./browser.mjs";

const [folder, theme] = process.argv.slice(2);
const policy = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; " +
  "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const types = { html: "text/html; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml",
  js: "text/javascript; charset=utf-8", woff2: "font/woff2", txt: "text/plain; charset=utf-8" };

/* ---- a server that does what the site would do ---- */

const posts = []; /* of the forms: {path, body} */
let saveStatus = 200, sent = 0, polls = 0;

const bodyOf = async request => {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
};
const answerTo = async request => {
  const path = new URL(request.url, "http://x").pathname;
  if (request.method === "POST") posts.push({ path, body: await bodyOf(request), at: Date.now() });
  if (path === "/autosave")
    return { status: saveStatus, type: "application/json", text: '{"revision":"8"}' };
  if (path === "/preview") return { status: 200, type: types.html, text: "<p>Van de <em>server</em></p>" };
  if (path === "/progress") {
    const share = 40 + 20 * ++polls;
    return { status: 200, type: types.html, text: share > 90 ? "<p>Klaar</p>" :
      `<div data-poll="/progress"><span data-percent>${share}%</span><progress max="100" value="${share}"></progress>` +
      `<span data-step>Stap ${polls}</span><span data-left></span></div>` };
  }
  if (path === "/form") return { status: 200, type: types.html, text: "<!DOCTYPE html><title>ok</title>", slow: 600 };
  const ending = path.split(".").pop();
  return { status: 200, type: types[ending], text: readFileSync(folder + path) };
};
const server = createServer(async (request, response) => {
  try {
    const answer = await answerTo(request);
    const zips = /css|js|svg|html/.test(answer.type);
    const body = zips ? gzipSync(answer.text) : answer.text;
    if (request.method === "GET") sent += body.length;
    response.writeHead(answer.status, { "Content-Type": answer.type, "Content-Security-Policy": policy,
      "X-Content-Type-Options": "nosniff", ...(zips ? { "Content-Encoding": "gzip" } : {}) });
    setTimeout(() => response.end(body), answer.slow || 0);
  } catch (_) {
    response.writeHead(404).end();
  }
});
await new Promise(done => server.listen(0, "127.0.0.1", done));
const site = `http://127.0.0.1:${server.address().port}`;

/* ---- looks ---- */

const { browser, close } = await start();
const open = async (path, options) => {
  const page = await openPage(browser, options);
  await page.goto(site + path, { waitUntil: "networkidle" });
  return page;
};
const done = page => page.context().close();

for (const lang of ["nl", "en"])
  for (const width of [1280, 390, 320])
    for (const script of [true, false]) {
      const where = `${lang}, ${width} px${script ? "" : ", no script"}`;
      const page = await open(`/${lang}.html`, { width, script, locale: lang });
      await test(`${where}: nothing scrolls sideways`, async () => {
        const wider = await sidewaysScroll(page);
        return wider > 0 && `${wider} px too wide`;
      });
      await test(`${where}: what one presses is 44 px high`, () => smallTargets(page, 44));
      if (script) {
        await test(`${where}: axe finds nothing`, () => axeComplaints(page));
        await test(`${where}: no complaint in the console`, () => page.complaints.join("\n"));
      }
      await done(page);
    }

for (const lang of ["nl", "en"])
  for (const status of [403, 404, 503])
    for (const width of [1280, 320])
      await test(`${lang}, ${width} px, ${status}: an error page is a page like any other`, async () => {
        const page = await open(`/${lang}-${status}.html`, { width, locale: lang });
        const wrong = [await axeComplaints(page), await smallTargets(page, 44), page.complaints.join("\n"),
          (await sidewaysScroll(page)) > 0 ? "scrolls sideways" : ""].filter(Boolean).join("\n");
        await done(page);
        return wrong;
      });

await test("a first visit takes at most 100 KB", async () => {
  sent = 0;
  const page = await open("/nl.html", {});
  await done(page);
  return (sent === 0 || sent > 100 * 1024) && `${sent} bytes`;
});

await test("on paper there is no menu and no form, but all that is said", async () => {
  const page = await open("/nl.html", { print: true });
  const seen = await page.evaluate(() => [".utrecht-nav-bar", "form", ".o-tools", "h1", ".utrecht-table"]
    .map(s => document.querySelector(s).checkVisibility()).join());
  await done(page);
  return seen !== "false,false,false,true,true" && seen;
});

/* ---- keyboard ---- */

await test("the first key leads past the menu", async () => {
  const page = await open("/nl.html", {});
  await page.evaluate(() => document.activeElement.blur());
  await page.evaluate(() => document.body.focus());
  await page.locator(".utrecht-skip-link").focus();
  const visible = await page.locator(".utrecht-skip-link").isVisible();
  await page.keyboard.press("Enter");
  const focused = await page.evaluate(() => document.activeElement.id);
  await done(page);
  return (!visible || focused !== "content") && `${visible} ${focused}`;
});

await test("the summary of errors has the focus, and leads to the fields", async () => {
  const page = await open("/nl.html", {});
  const first = await page.evaluate(() => document.activeElement.id);
  await page.locator("#errors a").first().click();
  const then = await page.evaluate(() => document.activeElement.id);
  await done(page);
  return (first !== "errors" || then !== "email") && `${first}, then ${then}`;
});

/* ---- the script ---- */

await test("what was typed is saved within ten seconds, and the page says so", async () => {
  const page = await open("/nl.html", {});
  posts.length = 0;
  await page.fill("#text", "Nieuwe tekst & meer");
  const typed = Date.now();
  await page.waitForFunction(() =>
    /Opgeslagen/.test(document.querySelector("[data-save-status]").textContent), null, { timeout: 10000 });
  const saved = posts.find(p => p.path === "/autosave"), fields = new URLSearchParams(saved?.body);
  const revision = await page.locator("input[name=revision]").inputValue();
  await done(page);
  if (saved.at - typed > 10000) return `after ${saved.at - typed} ms`;
  return (fields.get("text") !== "Nieuwe tekst & meer" || fields.get("csrf") !== "specimen-token" ||
    fields.get("revision") !== "7" || revision !== "8") && saved.body + revision;
});

await test("a failure to save is told, tried again, and a conflict stops", async () => {
  const page = await open("/en.html", { locale: "en-GB" });
  saveStatus = 503;
  await page.fill("#text", "x");
  const said = text => page.waitForFunction(t =>
    document.querySelector("[data-save-status]").textContent.includes(t), text, { timeout: 15000 });
  await said("does not work");
  saveStatus = 200;
  await said("Saved");
  saveStatus = 409;
  await page.fill("#text", "y");
  await said("Someone else");
  saveStatus = 200;
  await done(page);
});

await test("leaving with unsaved input asks first; after sending it does not", async () => {
  const page = await open("/nl.html", {});
  let asked = 0;
  page.on("dialog", dialog => { asked++; dialog.accept(); });
  await page.click("#name");
  await page.keyboard.type("x");
  await page.goto(site + "/en.html");
  await page.goto(site + "/nl.html");
  await page.click("#name");
  await page.keyboard.type("x");
  await page.click("button.utrecht-button--primary-action:not(.utrecht-button--danger)");
  await page.waitForURL("**/form");
  await done(page);
  return asked !== 1 && `asked ${asked} times`;
});

await test("a form is sent once, however often its button is pressed", async () => {
  const page = await open("/nl.html", {});
  posts.length = 0;
  await page.evaluate(() => {
    const button = document.querySelector("form.o-form button");
    button.click(); button.click(); button.click();
  });
  await page.waitForURL("**/form");
  await done(page);
  const n = posts.filter(p => p.path === "/form").length;
  return n !== 1 && `${n} times`;
});

await test("the preview is what the server makes of it", async () => {
  const page = await open("/nl.html", {});
  await page.fill("#text", "Iets anders");
  await page.waitForFunction(() => document.querySelector("[data-preview-target] em")?.textContent === "server");
  await done(page);
});

await test("a file that is too large is told before it travels", async () => {
  const page = await open("/nl.html", {});
  posts.length = 0;
  await page.evaluate(() => { document.querySelector("#file").dataset.maxBytes = "10"; });
  await page.setInputFiles("#file", { name: "a.csv", mimeType: "text/csv", buffer: Buffer.alloc(11) });
  const told = await page.locator(".o-file").evaluate(e => e.previousElementSibling?.textContent);
  await page.evaluate(() => document.querySelector("form.o-form button").click());
  await page.waitForTimeout(300);
  await done(page);
  return (!/300/.test(told) || posts.some(p => p.path === "/form")) && `${told} ${posts.length}`;
});

await test("a table sorts by its numbers and by its words, both ways", async () => {
  const page = await open("/nl.html", {});
  const column = n => page.evaluate(i => [...document.querySelector("[data-sortable]").tBodies[0].rows]
    .map(r => r.cells[i].textContent).join("|"), n);
  const press = n => page.locator(".o-sort").nth(n).click();
  await press(2);
  const up = await column(2);
  await press(2);
  const down = await column(2);
  await press(0);
  const words = await column(0);
  const state = await page.locator("th").first().getAttribute("aria-sort");
  await done(page);
  const flat = s => s.replace(/[\u00a0\u2060\s]/g, "");
  return (flat(up) !== "−€1.160|€85,50|€1.140" || flat(down) !== "€1.140|€85,50|−€1.160" ||
    words !== "Corporatie|Gemeente|Zorgverzekeraar" || state !== "ascending") &&
    [up, down, words, state].join("\n");
});

await test("progress moves by itself, and the page is loaded again at the end", async () => {
  const page = await open("/nl.html", {});
  const loads = [];
  page.on("load", () => loads.push(1));
  await page.close();
  polls = 0;
  const other = await openPage(browser, {});
  await other.route("**/nl.html", async route => {
    const answer = await route.fetch();
    const text = (await answer.text()).replace('<div class="o-progress">', '<div class="o-progress" data-poll="/progress">');
    await route.fulfill({ response: answer, body: text });
  });
  await other.goto(site + "/nl.html");
  await other.waitForFunction(() => document.querySelector("[data-poll] progress").value === 60, null, { timeout: 6000 });
  const step = await other.locator("[data-poll] [data-step]").textContent();
  await other.waitForEvent("load", { timeout: 10000 });
  await done(other);
  return step !== "Stap 1" && step;
});

await close();
server.close();

/* ---- contrast of the theme ---- */

const colour = Object.fromEntries([...readFileSync(theme, "utf8")
  .matchAll(/(--o-[a-z0-9-]+):\s*#([0-9a-f]{6})/g)].map(m => [m[1].slice(4), m[2]]));
const light = hex => {
  const [r, g, b] = [0, 2, 4].map(i => parseInt(hex.slice(i, i + 2), 16) / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};
const grounds = ["paper", "mist", "accent-soft", "good-soft", "warn-soft", "bad-soft"];
const pairs = [
  ...["text", "ink", "accent", "ink-deep"].flatMap(t => grounds.map(g => [t, g, 4.5])),
  ...["quiet", "visited"].flatMap(t => ["paper", "mist", "accent-soft"].map(g => [t, g, 4.5])),
  ...["good", "warn", "bad"].flatMap(t => ["paper", `${t}-soft`].map(g => [t, g, 4.5])),
  ...["ink", "ink-deep", "accent", "bad"].map(g => ["on-dark", g, 4.5]),
  ...["paper", "mist"].map(g => ["edge", g, 3]),
  ["spark", "ink-deep", 3], ["focus", "focus-halo", 4.5], ["focus", "paper", 3], ["accent", "mist", 3],
  ...[1, 2, 3, 4, 5, 6].map(i => [`series-${i}`, "paper", 3]),
];
await test("the colours of the theme keep their contrast", () => pairs
  .filter(([a, b, least]) => !(contrast(colour[a], colour[b]) >= least))
  .map(([a, b, least]) => `${a} on ${b}: ${contrast(colour[a], colour[b]).toFixed(2)}, needs ${least}`).join("\n"));

finish();
