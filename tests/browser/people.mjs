/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who walk about: people of whom each is shown pages that others are not. Everybody has one more
 * session elsewhere than the one that walks.
 */
import { firstPages } from "./pages.mjs";
import { linkMailedTo, pathOf } from "./site.mjs";
import { Visitor } from "./visitor.mjs";

/* Signed in, having done `act`; what the browser keeps of it. */
async function stateOf(browser, site, account, act) {
  const visitor = await Visitor.arrive(browser, site, { lang: "nl" });
  visitor.look = () => {};
  await visitor.to("sign-in");
  if (account) await visitor.signIn(account);
  await act?.(visitor);
  const state = await visitor.state();
  await visitor.leave();
  return state;
}

/* Asks for another password, and follows the link in the mail. */
async function forget(site, visitor, email) {
  await visitor.to("forgot");
  await visitor.send(visitor.path("forgot"), { email });
  return linkMailedTo(site, email, "link?code=");
}

async function beginSecondFactor(visitor, password) {
  await visitor.to("account-second");
  await visitor.send(visitor.path("account-second-drop"), { password });
  await visitor.to("account-second");
  await visitor.send(visitor.path("account-second-begin"));
}

/* `acts` name who does what before; what the steward does gives the task of an import, for no page links to it. */
/* For each {state, from: a language's paths where a walk begins, alone: it goes no further}. */
export async function arriveAll(browser, site, acts = {}) {
  const { analist, beheer, fiona, gegevens, klantmanager, redactie } = site.accounts;
  const only = (...names) => lang => names.map(name => pathOf(name, lang));
  let link, task;
  await stateOf(browser, site, beheer);
  return {
    visitor: {
      state: await stateOf(browser, site, null, async visitor => { link = await forget(site, visitor, klantmanager.email); }),
      from: lang => [link.replace("/nl/", `/${lang}/`), ...firstPages(lang)],
    },
    halfway: { /* the password was right, the code is still asked */
      state: await stateOf(browser, site, { ...redactie, secret: null }),
      from: only("sign-in-code", "sign-in-recovery"), alone: true,
    },
    newcomer: {
      state: await stateOf(browser, site, fiona, visitor => beginSecondFactor(visitor, fiona.password)),
      from: only("account-second"), alone: true,
    },
    analist: { state: await stateOf(browser, site, analist, acts.analist), from: firstPages },
    beheer: { state: await stateOf(browser, site, beheer, acts.beheer), from: firstPages },
    gegevens: {
      state: await stateOf(browser, site, gegevens, async visitor => { task = await acts.gegevens?.(visitor); }),
      from: lang => [...(task ? [pathOf("import", lang, task)] : []), ...firstPages(lang)],
    },
  };
}
