/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a person does at the site, from asking for an account to erasing it: in Dutch and
 * English, at a desk and on a phone, with and without script. flows.mjs [WHERE]: one alone
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { finish, start, test } from "./browser.mjs";
import { linkMailedTo, nextCode, source, startSite } from "./site.mjs";
import { Visitor } from "./visitor.mjs";

const demo = name => readFileSync(join(source, "demo/supported-work", name), "utf8");
const file = (name, text) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });
const quickStudy = [file("study.yaml", demo("study.yaml")), file("men.csv", demo("men.csv"))];

/* The same with as many analyses as a plan may have, each with many draws: nobody waits for its end. */
function slowStudy() {
  const analyses = Array.from({ length: 29 }, (_, i) =>
    `  - {name: a${i}, label: {nl: "nog eens ${i}", en: "again ${i}"}, method: doubly-robust, bootstrap: 100000,
    covariates: [age, educ, black], rows: {column: sample, values: [treated, cps]}}\n`).join("");
  const outcomes = ["re74", "re75"].map(column => `  - {column: ${column}, label: {nl: ${column}, en: ${column}}, ` +
    "unit: {nl: dollar, en: dollars}, currency: USD, better: higher}\n").join("");
  const [head, ...rows] = demo("men.csv").trimEnd().split("\n");
  return [
    file("study.yaml", demo("study.yaml").replace(/^measured:$/m, `${analyses}measured:`).replace(/^design:$/m, `${outcomes}design:`)),
    file("men.csv", [head, ...rows, ...rows, ...rows, ...rows, ""].join("\n")),
  ];
}

const site = await startSite();
const { browser, close } = await start();
const seen = new Set(); /* by axe */

/* Who are in every walk: a visitor, and two who sign in once. A walk sets how they appear. */
const states = {};
for (const name of ["fiona", "beheer"]) {
  const visitor = await Visitor.arrive(browser, site, { lang: "nl", seen });
  await visitor.signIn(site.accounts[name]);
  states[name] = await visitor.state();
  await visitor.leave();
}
const gather = async () => Object.fromEntries(await Promise.all(["visitor", "fiona", "beheer"].map(async name =>
  [name, await Visitor.arrive(browser, site, { lang: "nl", seen, state: states[name] })])));

const words = {
  nl: { title: "Een avond in de wijk", body: "## Wat we zagen\n\nEen gezin, **vier** loketten.",
    heard: "Dat herkennen wij.", answer: "Dank u wel." },
  en: { title: "An evening in the neighbourhood", body: "## What we saw\n\nOne family, **four** counters.",
    heard: "We recognise that.", answer: "Thank you." },
};

const idIn = url => new URL(url).pathname.match(/\d{6,}/)?.[0];

/* The steps of one person; each returns what was wrong, or nothing. */
function walk(where, visit, cast) {
  const person = { name: `Noor ${where}`, email: `noor-${where.replace(/\W+/g, "-")}@voorbeeldstad.example`,
    password: "zeven gele tulpen" };
  const said = words[visit.lang], title = `${said.title} (${where})`;
  let me, story;
  const shows = async (visitor, text) =>
    !await visitor.page.getByText(text).first().isVisible() && `no "${text}"`;
  const read = name => cast[name].to("publication", story);

  return [
    ["asks for an account", async () => {
      for (const other of Object.values(cast)) await other.appear(visit);
      me = await Visitor.arrive(browser, site, { ...visit, seen });
      await me.to("home");
      await me.to("register");
      const { name, email, password } = person;
      const organisation = await me.page.locator("[name=organisation] option").nth(1).getAttribute("value");
      const refused = await me.send(me.path("register"), { name, email, organisation, password: "kort" });
      if (refused !== 422) return `a short password: ${refused}`;
      if (await me.page.inputValue("[name=email]") !== email) return "what was typed is gone";
      await me.send(me.path("register"), { password, organisation, reason: "Ik schrijf over ons wijkteam." });
      return !me.page.url().endsWith(me.path("registered")) && me.page.url();
    }],
    ["confirms by the link in the mail", async () => {
      await me.go(await linkMailedTo(site, person.email, "link?code="));
      const status = await me.send(me.path("link"), { password: person.password });
      return status !== 200 && `${status}`;
    }],
    ["cannot sign in before an administrator approves", async () => {
      await me.to("sign-in");
      const status = await me.send(me.path("sign-in"), person.fields = { email: person.email, password: person.password });
      return status !== 422 && `${status}`;
    }],
    ["is approved by an administrator, who gives a role", async () => {
      const admin = cast.beheer;
      await admin.to("admin");
      await admin.go(`${admin.path("admin-accounts")}?search=${encodeURIComponent(person.email)}`);
      await admin.follow(() => admin.page.getByRole("link", { name: person.name }).click());
      const account = idIn(admin.page.url());
      await admin.send(admin.path("admin-account-state", account), {}, ".utrecht-button--primary-action");
      await admin.send(admin.path("admin-account-roles", account), { role: "=analyst" });
    }],
    ["signs in by the mail that says so, and sets up a second factor", async () => {
      const status = await me.go(await linkMailedTo(site, person.email, me.path("sign-in")));
      if (status !== 200) return `the link in the mail: ${status}`;
      await me.signIn(person);
      await me.to("account-second");
      await me.send(me.path("account-second-begin"));
      person.secret = (await me.page.locator(".o-secret").innerText()).replace(/\s/g, "");
      const wrong = await me.send(me.path("account-second"), { code: "000000" });
      if (wrong !== 422) return `a wrong code: ${wrong}`;
      await me.send(me.path("account-second"), { code: await nextCode(person.secret) });
      return await me.page.locator(".o-codes li").count() < 8 && "no recovery codes";
    }],
    ["signs out, and in with the second factor", async () => {
      await me.to("account");
      await me.send(me.path("sign-out"));
      if (new URL((await me.page.goto(site.url + me.path("account"))).url()).pathname !== me.path("sign-in"))
        return "still signed in";
      await me.signIn(person);
      await me.to("account");
      return shows(me, person.name);
    }],
    ["writes, and sees before it is public what it will look like", async () => {
      await me.to("publication-new");
      const form = me.form(me.path("publication-save"));
      const fields = { title, summary: said.heard, body: said.body, level: "=3", comments: "=2", lang: `=${visit.lang}` };
      if (!visit.script) await me.send(me.path("publication-save"), fields, '[value="preview"]');
      else await me.fill(form, fields);
      await me.page.locator("[data-preview-target] strong").first().waitFor();
      return await me.page.locator("[data-preview-target] h2, [data-preview-target] h3, [data-preview-target] h4")
        .count() !== 1 && "no heading in the preview";
    }],
    [visit.script ? "has what was typed saved without asking" : "keeps a draft", async () => {
      if (!visit.script) await me.send(me.path("publication-save"), {}, '[value="keep"]');
      else await me.page.waitForFunction(() =>
        /\d\d:\d\d/.test(document.querySelector("[data-save-status]").textContent), null, { timeout: 15000 });
      await me.to("drafts");
      return shows(me, title);
    }],
    ["publishes", async () => {
      const draft = await me.page.getByRole("link", { name: title }).getAttribute("href");
      await me.to("publication-edit", idIn(site.url + draft));
      await me.send(me.path("publication-save"), {}, '[value="publish"]');
      story = idIn(me.page.url());
      return await read("visitor") !== 200 && "a visitor cannot read it";
    }],
    ["gets a comment, and answers", async () => {
      const other = cast.fiona;
      await other.to("publication", story);
      await other.send(other.path("comment-add", story), { comment: said.heard });
      if (await shows(other, said.heard)) return shows(other, said.heard);
      await me.to("publication", story);
      await me.follow(() => me.page.locator(".o-comment-actions a").first().click());
      await me.send(me.path("comment-add", story), { comment: said.answer });
      return shows(me, said.answer);
    }],
    ["restricts who may read: a visitor is refused, and learns nothing", async () => {
      await me.to("publication-edit", story);
      await me.send(me.path("publication-save"), { level: "=2" }, '[value="save"]');
      if (await read("visitor") !== 404) return "a visitor still reads it";
      if (await read("fiona") !== 200) return "someone signed in cannot read it";
      await me.to("publication-edit", story);
      await me.send(me.path("publication-save"), { level: "=0" }, '[value="save"]');
      return await read("fiona") !== 404 && "another still reads it";
    }],
    ["uploads a study, and comes to its report when it has run", async () => {
      await me.to("study-new");
      await me.send(me.path("study-new"), { title, files: quickStudy });
      await me.page.locator("main .utrecht-table").waitFor({ timeout: 60000 }); /* the page loads itself again */
      await me.look({ state: "done" });
      await me.follow(() => me.page.locator(".o-actions a").first().click());
      return await me.page.locator("h1").count() === 0 && "no report";
    }],
    ["sees a long study go on, and stops it", async () => {
      await me.to("study-new");
      await me.send(me.path("study-new"), { title: `${title} 2`, files: slowStudy() });
      const id = idIn(me.page.url());
      const percent = me.page.locator("[data-percent]"), some = percent.filter({ hasText: /[1-9]/ });
      await some.waitFor({ timeout: 60000 });
      const before = (await percent.innerText()).match(/\d+/)[0];
      if (visit.script) await some.filter({ hasNotText: new RegExp(`(^|\\D)${before}\\D`) }).waitFor({ timeout: 60000 });
      if (!(await me.page.locator("[data-step]").innerText()).trim()) return "no step";
      await me.look({ state: "running" });
      await me.send(me.path("study-cancel", id));
      await me.form(me.path("study-drop", id)).waitFor();
      await me.look({ state: "stopped" });
      await me.send(me.path("study-drop", id));
      return await me.to("study", id) !== 404 && "it is still there";
    }],
    ["sees own sessions, and ends the others", async () => {
      const other = cast.visitor; /* for once somebody */
      await other.signIn(person);
      await me.to("account-sessions");
      if (await me.page.locator("main tbody tr").count() < 2) return "one session only";
      await me.send(me.path("account-sessions-end"));
      await other.to("account");
      return !other.page.url().includes(other.path("sign-in")) && "the other goes on";
    }],
    ["takes own data along", async () => {
      await me.to("account-data");
      const [file] = await Promise.all([me.page.waitForEvent("download"),
        me.form(me.path("account-data")).locator("button").click()]);
      const data = readFileSync(await file.path(), "utf8");
      const missing = [person.email, title, said.answer].filter(text => !data.includes(text));
      JSON.parse(data);
      return missing.length > 0 && `without ${missing}`;
    }],
    ["erases the account: the story is gone, and the way in", async () => {
      await me.to("account-erase");
      const unsure = await me.send(me.path("account-erase"), { publications: "=erase", password: person.password });
      if (unsure !== 422) return `without being sure: ${unsure}`;
      await me.send(me.path("account-erase"), { publications: "=erase", password: person.password, sure: "=1" });
      if (await read("beheer") !== 404) return "the story is still there";
      await me.to("sign-in");
      const status = await me.send(me.path("sign-in"), person.fields);
      return status !== 422 && `signing in: ${status}`;
    }],
    ["met no page that is too wide, unlawful or inaccessible", async () => {
      await me.leave();
      return [me, ...Object.values(cast)].flatMap(visitor => visitor.wrong.splice(0)).join("\n");
    }],
  ];
}

const whereOf = ({ lang, width, script }) => `${lang}, ${width} px${script ? "" : ", no script"}`;

/* ---- two at a time, as the machine has two cores ---- */

const only = process.argv[2];
const visits = [true, false].flatMap(script => ["nl", "en"].flatMap(lang => [1280, 390].map(width =>
  ({ lang, width, script })))).filter(visit => !only || whereOf(visit) === only);
const whole = async () => {
  const cast = await gather();
  for (let visit; (visit = visits.shift());) {
    const where = whereOf(visit);
    let failed = false;
    for (const [name, run] of walk(where, visit, cast))
      await test(`${where}: ${name}`, async () => {
        if (failed) return "not reached";
        failed = true;
        const wrong = await run();
        failed = Boolean(wrong);
        return wrong;
      });
  }
};
await Promise.all([whole(), whole()]);

await close();
site.stop();
finish();
