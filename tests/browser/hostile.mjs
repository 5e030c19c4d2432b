/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What somebody types cannot run. The forms are those the site has, found by its links; each
 * text of tests/data/script-injection.txt goes into every text field of every form, by every
 * button, as a visitor, an analyst and an administrator. Then all answers, and all pages the
 * links of the site lead to, are opened in frames without the site's policy, so that nothing
 * but how they were written holds anything back.
 *
 *   HOSTILE_ALL   all of the texts, not one in a hundred
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { finish, openPage, start, test } from "./browser.mjs";
import { formAt, pageAt } from "./pages.mjs";
import { arriveAll } from "./people.mjs";
import { pathOf, routes, source, startSite } from "./site.mjs";
import { strangers } from "./visitor.mjs";

const FRAMES = 24; /* documents looked at together */
const ROW = 12;    /* forms sent together */
const WAYS = 60;   /* that one page is asked in: parts of a list, what it is begun with */

const texts = readFileSync(join(source, "tests/data/script-injection.txt"), "utf8").split("\n")
  .filter(Boolean).filter((_, i) => process.env.HOSTILE_ALL || i % 100 === 0);
const site = await startSite();
const { browser, close } = await start();

/* ---- looking ---- */

/* In the page: opens documents in frames; of each what is strange, its links, and what it found wrong. */
const openFrames = documents => Promise.all(documents.map(html => new Promise(done => {
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.addEventListener("load", () => {
    const inside = frame.contentDocument;
    done({
      strange: globalThis.strangers(inside),
      links: [...inside.querySelectorAll("a[href]")].map(a => a.getAttribute("href")),
      refused: [...inside.querySelectorAll('#errors a[href^="#"]')].map(a => a.getAttribute("href").slice(1)),
      forms: [...inside.forms].flatMap(globalThis.formsOf),
    });
    frame.remove();
  });
  frame.srcdoc = html;
  document.body.append(frame);
})));

/* In the page: what a form sends, what can be typed in it, its buttons, and where script sends it. */
const formsOf = form => {
  const fields = new Map();
  for (const e of form.elements) {
    if (!e.name || e.disabled || e.localName === "button") continue;
    const choice = e.type === "radio" || e.type === "checkbox";
    if (fields.has(e.name) && !(choice && e.checked)) continue;
    const value = choice ? (e.checked || e.type === "radio") && e.value :
      e.localName === "select" && !e.value ? [...e.options].at(-1)?.value ?? "" : e.value;
    fields.set(e.name, { name: e.name, type: e.type, use: e.autocomplete, most: e.maxLength, must: e.required,
      value: value === false ? undefined : value, choice: choice ? e.value : undefined });
  }
  const { autosave, preview } = form.dataset, { method, enctype } = form;
  return [form.getAttribute("action"), autosave, preview].filter(Boolean).map((action, i) => ({ action, method, enctype,
    fields: [...fields.values()],
    buttons: i > 0 ? [] : [...form.querySelectorAll("button[name]")].map(b => ({ [b.name]: b.value })) }));
};

const lens = await openPage(browser);
const ran = [];
lens.on("dialog", dialog => {
  ran.push(dialog.message());
  dialog.accept();
});
await lens.route("**/lens", route => route.fulfill({ contentType: "text/html", body: "<!DOCTYPE html><title>lens</title>" }));
await lens.addInitScript(`globalThis.strangers = ${strangers}; globalThis.formsOf = ${formsOf};`);
await lens.goto(`${site.url}/lens`);
await lens.unroute("**/lens"); /* which holds off the cache */

const seen = new Map(), wrong = new Set();

/* What pages and answers hold, into each; one that was seen but for its token holds the same. */
async function look(answers) {
  const fresh = new Map();
  for (const answer of answers) {
    const shown = answer.html.replace(/name="csrf" value="[0-9a-f]*"/g, "");
    answer.key = createHash("sha256").update(shown).digest("base64");
    if (!seen.has(answer.key)) fresh.set(answer.key, answer);
  }
  const all = [...fresh.values()];
  for (let i = 0; i < all.length; i += FRAMES) {
    const some = all.slice(i, i + FRAMES), found = await lens.evaluate(openFrames, some.map(({ html }) => html));
    some.forEach(({ key, where }, k) => {
      seen.set(key, found[k]);
      for (const strange of found[k].strange) wrong.add(`${where}: ${strange}`);
    });
    for (const said of ran.splice(0)) wrong.add(`ran: ${said}, in one of ${[...new Set(some.map(({ where }) => where))].join(", ")}`);
  }
  for (const answer of answers) Object.assign(answer, seen.get(answer.key));
}
const complaints = () => {
  const all = [...wrong].slice(0, 40).join("\n");
  wrong.clear();
  return all;
};

/* ---- asking ---- */

async function read(answer, where) {
  const { location, "content-type": type = "" } = answer.headers();
  const html = type.includes("html") ? await answer.text() : "";
  await answer.dispose();
  return { where, status: answer.status(), to: location, html };
}
const get = async (request, path) => read(await request.get(site.url + path), path.replace(/\d{6,}/g, "…"));

/* All pages that links lead to, or of one who is alone just where the walk begins; `each` gets them some at a time. */
async function walk({ request, from, alone }, shown, each) {
  const known = new Set(), ways = new Map(), queue = [];
  const add = href => {
    if (!URL.canParse(href, site.url)) return;
    const url = new URL(href, site.url), name = url.origin === site.url && pageAt(url.pathname, "nl");
    const path = url.pathname + url.search;
    const way = (ways.get(url.pathname) ?? 0) + 1;
    if (!name || known.has(path) || way > WAYS) return;
    known.add(path);
    ways.set(url.pathname, way);
    queue.push(path);
  };
  [...from("nl"), ...shown].forEach(add);
  while (queue.length > 0) {
    const pages = await Promise.all(queue.splice(0, ROW).map(path => get(request, path)));
    await look(pages);
    for (const page of pages) if (!alone) page.links.forEach(add);
    await each?.(pages);
  }
}

/* ---- forms ---- */

const typed = new Set(["text", "search", "email", "url", "tel", "password", "number", "date", "datetime-local", "textarea"]);
const isPicky = field => isTyped(field) && !["text", "search", "textarea"].includes(field.type);
const isTyped = field => typed.has(field.type) || field.type === "file";
const nameOf = form => form.method === "get" ? pageAt(form.action, "nl") : formAt(form.action, "nl");

/* Each form once, by where it goes, what it asks and its buttons. */
async function findForms(person, shown) {
  const found = new Map();
  await walk(person, person.alone ? [] : shown, pages => {
    for (const form of pages.flatMap(page => page.forms)) {
      const asks = form.fields.filter(isTyped).map(field => field.name);
      const does = form.buttons.flatMap(Object.values);
      const name = `${nameOf(form)}: ${[...asks, ...does].join(", ")}`;
      if (!found.has(name)) found.set(name, form);
    }
  });
  return found;
}

/* Those that close after a few tries, or the first that is good; they show nothing of what was typed. */
const closing = new Set(["link-use", "sign-in-code-send", "sign-in-recovery-send"]);

let count = 0;
/* What a field takes that refuses what is hostile; undefined: nothing that we know. */
function goodFor(field, hostile) {
  if (field.type === "password") return field.use === "new-password" ? "zeven gele tulpen" : undefined;
  if (field.use === "one-time-code") return undefined;
  if (field.type === "email") return `mens-${count}@voorbeeldstad.example`;
  if (field.type === "file") return { ...hostile, name: `bestand-${count}.csv` };
  if (!isTyped(field)) return field.choice ?? field.value;
  return field.value || (field.must ? `tekst-${count}` : "");
}
const cut = (text, { most }) => most > 0 ? text.slice(0, most) : text;
const hostile = (form, text) => Object.fromEntries(form.fields.map(field => [field.name,
  field.type === "file" ? { name: text, mimeType: "text/csv", buffer: Buffer.from(text) } : isTyped(field) ? cut(text, field) : field.value])
  .filter(([, value]) => value !== undefined));

async function send(request, name, form, values) {
  const how = form.method === "get" ? "params" : form.enctype === "multipart/form-data" ? "multipart" : "form";
  const ask = () => request.fetch(site.url + form.action, { method: form.method, maxRedirects: 0, [how]: values });
  let answer = await ask();
  while (answer.status() === 503) answer = await ask(); /* passwords are hashed a few at once */
  return read(answer, name);
}

/* Sends a text in all fields; and where some refuse it, in those that do not. Where it led to is added to `shown`. */
async function attack(request, name, form, shown) {
  const accepted = answers => answers.filter(({ to }) => to).forEach(({ to }) => shown.add(to.replace(/[?#].*/, "")));
  let sent = 0, taken = 0;
  for (const button of form.buttons.length > 0 ? form.buttons : [{}])
    for (let i = 0; i < texts.length; i += ROW) {
      const all = texts.slice(i, i + ROW).map(text => ({ ...hostile(form, text), ...button }));
      const first = await Promise.all(all.map(values => send(request, name, form, values)));
      await look(first);
      accepted(first);
      const again = all.map((values, k) => {
        const refused = form.fields.filter(first[k].html ? field => first[k].refused.includes(field.name) : isPicky);
        count++;
        const mended = refused.map(field => [field.name, goodFor(field, values[field.name])]);
        return mended.length > 0 && mended.every(([, good]) => good !== undefined) && { ...values, ...Object.fromEntries(mended) };
      }).filter(Boolean);
      const second = await Promise.all(again.map(values => send(request, name, form, values)));
      await look(second);
      accepted(second);
      sent += first.length + second.length;
      taken += [...first, ...second].filter(({ to }) => to).length;
      for (const { status } of [...first, ...second])
        if (![200, 303, 409, 422, 429].includes(status) && !(closing.has(nameOf(form)) && [403, 404].includes(status)))
          wrong.add(`${name}: ${status}`);
    }
  return { sent, taken };
}

/* ---- the tests ---- */

await test("what runs or could run is noticed", async () => {
  await look(['<script>alert("ran")</script>', "<img src=/none onerror=1>", "<a href=' javascript:1'>a</a>"].map(html => ({ where: "control", html })));
  const found = complaints();
  return ["ran: ran", "onerror=", "javascript:", "<script>"].filter(sign => !found.includes(sign)).join(", ");
});

const shown = new Set(), done = new Map();
const people = await arriveAll(browser, site);
for (const person of Object.values(people)) {
  const { from } = person;
  person.request = (await browser.newContext({ storageState: person.state })).request;
  if (person === people.analist)
    person.from = lang => [...from(lang), `${pathOf("members", lang, "leren-van-cijfers")}?q=Dirk`]; /* finds somebody to invite */
}
/* What was typed makes pages, some with forms of their own: until there is none that is new. */
for (let round = 1, before = -1; before !== done.size; round++) {
  before = done.size;
  for (const [who, person] of Object.entries(people)) {
    const forms = await findForms(person, shown);
    await test(`nothing typed runs on any page: ${who}, round ${round}`, complaints);
    for (const [name, form] of forms) {
      if (done.has(name)) continue;
      done.set(name, form);
      if (!form.fields.some(isTyped)) continue;
      const begun = Date.now();
      await test(`nothing typed runs: ${who}, ${name}`, async () => {
        const { sent, taken } = await attack(person.request, name, form, shown);
        console.log(`# sent ${sent} times, ${taken} accepted, ${((Date.now() - begun) / 1000).toFixed(1)} s`);
        return complaints();
      });
    }
  }
}
const fleeting = new Set(["study-cancel", "import-cancel", "linking-judge", "account-second-codes"]); /* there at times, with nothing to type in */
await test("no form of the route table was missed", () => {
  const found = new Set([...done.values()].map(nameOf));
  return routes.filter(({ method, nl }) => method !== "GET" && nl.startsWith("/nl/"))
    .map(({ name }) => name).filter(name => !found.has(name) && !fleeting.has(name)).join(", ");
});
await test("nothing in an address runs", async () => {
  const addresses = texts.flatMap(text => ["inloggen?next=", "?done=", "verhalen?before=", "nergens/"]
    .map(path => `/nl/${path}${encodeURIComponent(text)}`));
  for (let i = 0; i < addresses.length; i += ROW)
    await look(await Promise.all(addresses.slice(i, i + ROW).map(path => get(people.visitor.request, path))));
  return complaints();
});
console.log(`# ${texts.length} texts, ${done.size} forms, ${seen.size} different answers and pages looked at`);

await close();
site.stop();
finish();
