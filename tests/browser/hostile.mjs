/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What somebody types cannot run: texts of tests/data/script-injection.txt go into the text
 * fields of stories, comments, people, spaces, organisations and searches, and every page
 * that shows them is looked at. HOSTILE_ALL: all of the texts, not one in a hundred.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { finish, start, test } from "./browser.mjs";
import { source, startSite } from "./site.mjs";
import { Visitor } from "./visitor.mjs";

const texts = readFileSync(join(source, "tests/data/script-injection.txt"), "utf8").split("\n")
  .filter(Boolean).filter((_, i) => process.env.HOSTILE_ALL || i % 100 === 0);
const site = await startSite();
const { browser, close } = await start();
const me = await Visitor.arrive(browser, site, { lang: "nl" });
await me.signIn(site.accounts.beheer);
const look = me.look;
me.look = () => look.call(me, { axe: false }); /* axe has seen these pages elsewhere */
const idOf = url => new URL(url).pathname.match(/\d{6,}/)?.[0];

/* A text is refused or shown; either way nothing of it runs. */
const rounds = {
  "a story, its preview, its comments and its versions": async text => {
    await me.to("publication-new");
    const story = { title: text.slice(0, 100), summary: text.slice(0, 200), body: text, level: "=3", comments: "=2" };
    await me.send(me.path("publication-save"), story, '[value="preview"]');
    await me.page.locator("[data-preview-target]").waitFor();
    await me.send(me.path("publication-save"), story, '[value="publish"]');
    const id = idOf(me.page.url());
    if (!id) return; /* refused, with what was typed shown again */
    await me.to("publication", id);
    await me.send(me.path("comment-add", id), { comment: text });
    await me.to("revisions", id);
    await me.to("publication-edit", id);
    await me.to("publications");
    await me.to("home");
  },
  "a person": async text => {
    await me.to("account-details");
    await me.send(me.path("account-details"), { name: text.slice(0, 80), function: text.slice(0, 80) });
    await me.to("account");
    await me.to("people");
    await me.to("account-log");
  },
  "an organisation and an invitation": async text => {
    await me.to("admin-organisation-new");
    await me.send(me.path("admin-organisation-new"), { name: text.slice(0, 80), region: text.slice(0, 80) });
    await me.to("admin-organisations");
    await me.to("admin-invite");
    await me.send(me.path("admin-invite"), { name: text.slice(0, 80), email: text.slice(0, 80) });
  },
  "a space": async text => {
    await me.to("space-new");
    const cut = text.slice(0, 80);
    await me.send(me.path("space-new"), { slug: `r-${texts.indexOf(text)}`, name_nl: cut, name_en: cut, about_nl: text.slice(0, 200), about_en: text.slice(0, 200) });
    await me.to("spaces");
  },
  "a question in the address": async text => {
    const q = encodeURIComponent(text);
    for (const [name, key] of [["admin-accounts", "search"], ["people", "q"], ["sign-in", "next"], ["home", "done"]])
      await me.go(`${me.path(name)}?${key}=${q}`);
  },
};
for (const [name, run] of Object.entries(rounds))
  await test(`nothing that is typed runs: ${name}, ${texts.length} texts`, async () => {
    me.wrong.length = 0;
    const alerts = [];
    me.page.removeAllListeners("dialog"); /* those of leaving a form are ours */
    me.page.on("dialog", dialog => {
      if (dialog.type() !== "beforeunload") alerts.push(dialog.message());
      dialog.accept();
    });
    for (const text of texts) await run(text);
    return [...alerts, ...new Set(me.wrong)].join("\n");
  });

await close();
site.stop();
finish();
