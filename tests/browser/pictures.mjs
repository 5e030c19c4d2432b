/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The pictures of docs/site.md, anew: pictures.mjs FOLDER [PICTURE...]. Each page in Dutch and English at a
 * desk, and on a phone; as PNG with a palette, by pngquant.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./browser.mjs";
import { source, startSite, until } from "./site.mjs";
import { Visitor } from "./visitor.mjs";

const into = process.argv[2];
if (!into) throw new Error("pictures.mjs FOLDER [PICTURE...]");
const site = await startSite();
const { browser, close } = await start();
const raw = mkdtempSync(join(tmpdir(), "pictures-"));

const { analist, beheer, fiona } = site.accounts;
const states = new Map(); /* everybody signs in once: a code counts once */
const arrive = async (lang, width, account) => {
  const visitor = await Visitor.arrive(browser, site, { lang, width, state: states.get(account) });
  visitor.look = () => {};
  if (account && !states.has(account)) {
    await visitor.signIn(account);
    states.set(account, await visitor.state());
  }
  return visitor;
};
const idOf = visitor => new URL(visitor.page.url()).pathname.match(/\d{6,}/)[0];
const demo = (study, files) => files.map(name => join(source, "demo", study, name));
const words = {
  nl: { title: "Wat een gezin nodig heeft", summary: "Vier loketten, één plan: hoe het wijkteam begon.", study: "Werk met begeleiding",
    body: "## Hoe het begon\n\nEen gezin kwam bij **vier loketten**. Aan elk loket lag een eigen plan.\n\n- schulden\n- werk\n- zorg voor een kind\n" },
  en: { title: "What a family needs", summary: "Four counters, one plan: how the neighbourhood team began.", study: "Supported work",
    body: "## How it began\n\nA family came to **four counters**. Each had a plan of its own.\n\n- debts\n- work\n- care for a child\n" },
};

async function uploadStudy(visitor, title) {
  await visitor.to("study-new");
  await visitor.send(visitor.path("study-new"), { title, files: demo("supported-work", ["study.yaml", "men.csv"]) });
  return idOf(visitor);
}

/* What each picture shows: who looks, and the way there. */
const scenes = {
  home: [null, visitor => visitor.to("home")],
  list: [null, visitor => visitor.to("publications")],
  story: [fiona, async visitor => {
    await visitor.to("publications");
    await visitor.follow(() => visitor.page.locator(".o-card-title a").first().click());
  }],
  editor: [beheer, async visitor => {
    const { title, summary, body } = words[visitor.lang];
    await visitor.to("publication-new");
    await visitor.send(visitor.path("publication-save"), { title, summary, body }, '[value="preview"]');
  }],
  space: [beheer, visitor => visitor.to("space", "omgekeerd-denken")],
  account: [beheer, visitor => visitor.to("account")],
  "second-factor": [fiona, async visitor => {
    await visitor.to("account-second");
    if (await visitor.form(visitor.path("account-second-drop")).count() > 0)
      await visitor.send(visitor.path("account-second-drop"), { password: fiona.password });
    await visitor.to("account-second");
    await visitor.send(visitor.path("account-second-begin"));
  }],
  study: [analist, async visitor => {
    const id = await uploadStudy(visitor, words[visitor.lang].study);
    await visitor.to("study", id);
    await visitor.page.locator("main progress, main .utrecht-table").first().waitFor();
  }],
  report: [analist, async visitor => {
    const id = await uploadStudy(visitor, words[visitor.lang].study);
    await until("result", async () => (await visitor.to("study", id), visitor.page.locator("main .utrecht-table").isVisible()), 120000);
    await visitor.follow(() => visitor.page.locator(`.o-actions a[href*="/${visitor.lang === "nl" ? "bestanden" : "files"}/"]`).first().click());
  }],
  admin: [beheer, visitor => visitor.to("admin-accounts")],
  security: [beheer, visitor => visitor.to("admin-security")],
};

const only = process.argv.slice(3);
for (const [name, [account, go]] of Object.entries(scenes)) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const [lang, width, suffix] of [["nl", 1280, "nl"], ["en", 1280, "en"], ["nl", 390, "phone"]]) {
    const visitor = await arrive(lang, width, account);
    await go(visitor);
    await visitor.page.evaluate(() => document.fonts.ready);
    const file = join(raw, `site-${name}-${suffix}.png`);
    await visitor.page.screenshot({ path: file, fullPage: name === "editor" });
    const made = spawnSync("pngquant", ["--force", "--speed", "1", "--strip", "128", "--output", join(into, `site-${name}-${suffix}.png`), file]);
    if (made.status !== 0) throw new Error(`pngquant: ${made.error ?? made.stderr}`);
    await visitor.leave();
  }
}

rmSync(raw, { recursive: true });
await close();
site.stop();
