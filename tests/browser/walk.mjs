/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every page of the route table, found by the links of the site itself, as everybody who is
 * shown other pages, in both languages, on a desk, a phone and the narrowest screen; and how
 * much somebody loads who comes for the first time.
 */
import { join } from "node:path";
import { finish, openPage, start, test } from "./browser.mjs";
import { pageAt, pageRoutes } from "./pages.mjs";
import { arriveAll } from "./people.mjs";
import { source, startSite, until } from "./site.mjs";
import { Visitor } from "./visitor.mjs";

const FIRST_VISIT_MAX = 100_000; /* bytes */
const AT_ONCE = 3; /* walks */
const screens = [[1280, 900], [390, 844], [320, 640]];
const refusals = [403, 404, 409, 410];

const site = await startSite();
const { browser, close } = await start();

/* ---- what there is to see ---- */

const acts = {
  async analist(visitor) { /* a study with results */
    const files = ["study.yaml", "men.csv"].map(file => join(source, "demo/supported-work", file));
    await visitor.to("study-new");
    await visitor.send(visitor.path("study-new"), { title: "Supported work", files });
    await until("result", async () => (await visitor.page.reload(),
      visitor.page.locator("main .utrecht-table").isVisible()), 120000);
  },
  async gegevens(visitor) { /* a delivery that was read */
    await visitor.to("deliver");
    await visitor.send(visitor.path("deliver-upload"), { files: [join(source, "tests/data/debt/ddas.json")] });
    await until("receipt", async () => (await visitor.page.reload(),
      visitor.page.locator("main .utrecht-alert a").first().isVisible()), 120000);
    return new URL(visitor.page.url()).pathname.match(/\d{6,}/)[0];
  },
  async beheer(visitor) { /* a story in two versions */
    await visitor.to("publication-new");
    await visitor.send(visitor.path("publication-save"), { title: "Van de beheerder", body: "Tekst." }, '[value="publish"]');
    await visitor.to("publication-edit", new URL(visitor.page.url()).pathname.match(/\d{6,}/)[0]);
    await visitor.send(visitor.path("publication-save"), { body: "Andere tekst." }, '[value="save"]');
  },
};

/* ---- walking ---- */

const linksOf = page => page.evaluate(() => [...document.querySelectorAll("a[href]")]
  .map(a => new URL(a.href, location.href)).filter(url => url.origin === location.origin).map(url => url.pathname + url.search));

/* In the page: the entry of the menu that a page is below and that is not marked; of home all are. */
const unmarked = () => [...document.querySelectorAll(".o-nav a")].slice(1)
  .filter(a => `${location.pathname}/`.startsWith(`${a.pathname}/`) && !a.hasAttribute("aria-current")).map(a => a.textContent).join();

async function lookAt(visitor) {
  const missed = await visitor.page.evaluate(unmarked);
  if (missed && visitor.response.ok()) visitor.wrong.push(`${visitor.page.url()}: the menu does not mark ${missed}`);
  for (const [width, height] of screens) {
    await visitor.page.setViewportSize({ width, height });
    await visitor.look();
  }
}

/* One page of each kind, and one of each refusal; a redirect leads to what has its own turn. */
async function walk(visitor, { from, alone }, reached) {
  const { page, lang } = visitor, seen = new Set(), queue = from(lang);
  while (queue.length > 0) {
    const path = queue.shift(), name = pageAt(path.replace(/\?.*/, ""), lang);
    if (!name || seen.has(name)) continue;
    seen.add(name);
    const status = await visitor.arriveAt(path);
    if (pageAt(new URL(page.url()).pathname, lang) !== name) continue;
    if (status === 200) reached.add(name);
    else if (!refusals.includes(status)) visitor.wrong.push(`${name}: ${status}`);
    else if (seen.has(status)) continue;
    else seen.add(status);
    await lookAt(visitor);
    if (!alone) queue.push(...await linksOf(page));
  }
}

/* ---- the tests ---- */

await test(`a first visit loads at most ${FIRST_VISIT_MAX} bytes`, async () => {
  const page = await openPage(browser), loaded = [];
  page.on("requestfinished", request => loaded.push(request));
  await page.goto(`${site.url}/nl/`, { waitUntil: "networkidle" });
  const sizes = await Promise.all(loaded.map(request => request.sizes()));
  const bytes = sizes.reduce((sum, one) => sum + Math.max(0, one.responseBodySize) + one.responseHeadersSize, 0);
  const each = loaded.map((request, i) => `${new URL(request.url()).pathname} ${sizes[i].responseBodySize}`).join(", ");
  await page.context().close();
  console.log(`# ${bytes} bytes in ${loaded.length} answers: ${each}`);
  return (loaded.length < 4 || bytes > FIRST_VISIT_MAX) && `${bytes} bytes`;
});

const people = await arriveAll(browser, site, acts);
const reached = { nl: new Set(), en: new Set() };
const walks = ["nl", "en"].flatMap(lang => Object.entries(people).map(([name, person]) => ({ lang, name, person })));
const some = async () => {
  for (let next; (next = walks.pop());) {
    const { lang, name, person } = next;
    await test(`${lang}, ${name}: every page is lawful, accessible and fits`, async () => {
      const visitor = await Visitor.arrive(browser, site, { lang, state: person.state });
      await walk(visitor, person, reached[lang]);
      await visitor.leave();
      return [...new Set(visitor.wrong)].join("\n");
    });
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, some));
for (const lang of ["nl", "en"])
  await test(`${lang}: every page of the route table was there for somebody`, () =>
    pageRoutes.map(({ name }) => name).filter(name => !reached[lang].has(name)).join(", "));

await close();
site.stop();
finish();
