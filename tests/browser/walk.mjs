/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every page of the route table, found by the links of the site itself, as a visitor, an
 * analyst and an administrator, in both languages, on a desk, a phone and the narrowest screen.
 */
import { join } from "node:path";
import { finish, start, test } from "./browser.mjs";
import { routeOf, routes, source, startSite, until } from "./site.mjs";
import { Visitor } from "./visitor.mjs";

/* Pages that no link of somebody signed in leads to, and answers that are no pages. */
const apart = new Set(["file", "link", "sign-in-code", "sign-in-recovery", "oidc-begin", "oidc-finish", "study-progress"]);
const isPage = ({ name, nl, method }) => method === "GET" && !apart.has(name) && /^\/nl\//.test(nl);
const isFile = path => /\.(atom|csv|json|yaml|jsonl|xlsx|sig|pub)$|bestanden|files|voortgang|progress/.test(path);

const site = await startSite();
const { browser, close } = await start();

/* From the pages without parameters by links to all others; one of each kind. */
async function walk(visitor) {
  const { page, lang } = visitor, seen = new Set();
  const queue = routes.filter(route => isPage(route) && !route[lang].includes("{")).map(route => route[lang]);
  const status = new Map();
  while (queue.length > 0) {
    const path = queue.shift(), route = routeOf(path, lang, isPage);
    if (!route || seen.has(route.name)) continue;
    seen.add(route.name);
    if (isFile(path)) {
      status.set(route.name, (await page.request.get(site.url + path)).status());
      continue;
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    status.set(route.name, await visitor.go(path));
    await page.setViewportSize({ width: 390, height: 844 });
    await visitor.look();
    await page.setViewportSize({ width: 320, height: 640 });
    await visitor.look({ axe: false });
    queue.push(...await page.evaluate(() => [...document.querySelectorAll("a[href], [data-poll]")]
      .map(a => new URL(a.href ?? a.dataset.poll, location.href)).filter(url => url.origin === location.origin)
      .map(url => url.pathname)));
  }
  return status;
}

const people = { visitor: null, analist: site.accounts.analist, beheer: site.accounts.beheer };
const states = {};
for (const [name, account] of Object.entries(people)) {
  if (!account) continue;
  const visitor = await Visitor.arrive(browser, site, { lang: "nl" });
  await visitor.signIn(account);
  if (name === "analist") { /* a study with results, so that there is one to look at */
    const files = ["study.yaml", "men.csv"].map(file => join(source, "demo/supported-work", file));
    await visitor.to("study-new");
    await visitor.send(visitor.path("study-new"), { title: "Supported work", files });
    await until("result", async () => (await visitor.page.reload(),
      visitor.page.locator("main .utrecht-table").isVisible()), 60000);
  }
  if (name === "beheer") { /* and a story of one's own */
    await visitor.to("publication-new");
    await visitor.send(visitor.path("publication-save"), { title: "Van de beheerder", body: "Tekst." }, '[value="publish"]');
    await visitor.to("publication-edit", new URL(visitor.page.url()).pathname.match(/\d{6,}/)[0]);
    await visitor.send(visitor.path("publication-save"), { body: "Andere tekst." }, '[value="save"]');
  }
  states[name] = await visitor.state();
  await visitor.leave();
}

const reached = { nl: new Set(), en: new Set() };
for (const lang of ["nl", "en"])
  await Promise.all(Object.keys(people).map(name =>
    test(`${lang}, ${name}: every page is lawful, accessible and fits`, async () => {
      const visitor = await Visitor.arrive(browser, site, { lang, state: states[name] });
      const status = await walk(visitor);
      for (const [route, code] of status)
        if (code === 200) reached[lang].add(route);
        else if (![403, 404, 409].includes(code)) visitor.wrong.push(`${route}: ${code}`);
      await visitor.leave();
      return [...new Set(visitor.wrong)].join("\n");
    })));
for (const lang of ["nl", "en"])
  await test(`${lang}: some of these could see every page of the route table`, () =>
    routes.filter(isPage).map(route => route.name).filter(name => !reached[lang].has(name)).join(", "));

await close();
site.stop();
finish();
