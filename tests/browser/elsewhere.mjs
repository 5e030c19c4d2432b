/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signing in with an account elsewhere: somebody new waits for approval, then comes in, and goes
 * out; in Dutch and English, at a desk and on a phone, with and without script.
 */
import { finish, start, test } from "./browser.mjs";
import { agreement, furnish, passWithoutPages, passPages, providerOrigin } from "./provider.mjs";
import { startSite } from "./site.mjs";
import { Visitor } from "./visitor.mjs";

const visits = [true, false].flatMap(script => ["nl", "en"].flatMap(lang => [1280, 390].map(width => {
  const where = `${lang}, ${width} px${script ? "" : ", no script"}`;
  const username = where.replace(/\W+/g, "-");
  return { lang, width, script, where,
    person: { username, name: `Fatima ${where}`, email: `${username}@voorbeeldland.example`, password: "wachtwoord" } };
})));

const site = await startSite(agreement);
await furnish(site.url, visits.map(visit => visit.person));
const { browser, close } = await start();
const seen = new Set();
const admin = await Visitor.arrive(browser, site, { lang: "nl", seen });
await admin.signIn(site.accounts.beheer);

/* To the provider by the button of the page one wanted, and back. */
async function signIn(me, { script, person }) {
  await me.to("account");
  await me.page.locator(`a[href^="${me.path("oidc-begin")}"]`).click();
  await me.page.waitForURL(url => url.origin === providerOrigin);
  await (script ? passPages : passWithoutPages)(me.page, person);
  await me.page.waitForURL(url => url.origin === site.url);
  me.page.complaints.length = 0; /* of the provider's pages */
  await me.look();
  return new URL(me.page.url()).pathname;
}

async function approve({ email, name }) {
  await admin.go(`${admin.path("admin-accounts")}?search=${encodeURIComponent(email)}`);
  await admin.follow(() => admin.page.getByRole("link", { name }).click());
  const account = new URL(admin.page.url()).pathname.match(/\d{6,}/)[0];
  await admin.send(admin.path("admin-account-state", account), {}, ".utrecht-button--primary-action");
}

for (const visit of visits)
  await test(`${visit.where}: waits for approval, signs in with an account elsewhere, and out`, async () => {
    const { person } = visit, me = await Visitor.arrive(browser, site, { ...visit, seen });
    const first = await signIn(me, visit);
    if (first !== me.path("sign-in")) return `who is new comes to ${first}`;
    if (await me.page.locator("[role=status], .utrecht-alert").count() === 0) return "nothing is said of waiting";
    if (!(await me.to("account"), me.page.url().includes(me.path("sign-in")))) return "who waits is in";
    await admin.appear(visit);
    await approve(person);
    const then = await signIn(me, visit);
    if (then !== me.path("account")) return `not where it began, but ${then}`;
    if (!(await me.text()).includes(person.email)) return "another's page";
    await me.send(me.path("sign-out"));
    await me.to("account");
    if (!me.page.url().includes(me.path("sign-in"))) return "still in";
    await me.leave();
    return [me, admin].flatMap(visitor => visitor.wrong.splice(0)).join("\n");
  });

await close();
site.stop();
finish();
