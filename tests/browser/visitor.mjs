/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A person at the site in the browser: goes to pages by the names of their routes, fills
 * forms by the names of their fields, and looks at every page on arrival.
 */
import { axeComplaints, openPage, sidewaysScroll } from "./browser.mjs";
import { pageAt } from "./pages.mjs";
import { nextCode, pathOf } from "./site.mjs";

/* A refusal is a page, too; that the browser notes its status is no complaint. */
const isStatus = text => /^Failed to load resource: the server responded with a status of 4\d\d/.test(text);

const policyComplaint = headers => {
  const policy = headers["content-security-policy"] ?? "";
  if (!policy.startsWith("default-src 'none'")) return `policy: ${policy || "none"}`;
  return /unsafe|\*|https?:|script-src (?!'self'(;|$))/.test(policy) ? `policy: ${policy}` : "";
};

/* What could run: a handler, a script that is not ours, an address or text that is code. */
export const strangers = (root = document) => [...root.querySelectorAll("*")].flatMap(e => [
  ...(e.localName === "script" && !/^\/assets\/site\.[0-9a-f]+\.js$/.test(e.getAttribute("src"))
    ? [e.outerHTML] : []),
  ...(["iframe", "object", "embed", "base"].includes(e.localName) ? [e.outerHTML] : []),
  ...[...e.attributes].filter(a => /^on|^style$|^srcdoc$/.test(a.name) ||
    (/^(href|src|action|formaction)$/.test(a.name) && /^\s*(javascript|data|vbscript):/i.test(a.value)))
    .map(a => `${a.name}="${a.value}"`),
]);

/* axe needs timers, which a browser without script lacks: another shows it the same page. */
async function axeElsewhere(page) {
  const html = await page.content();
  const other = await openPage(page.context().browser(), { width: page.viewportSize().width });
  try {
    await other.route("**", route => route.request().isNavigationRequest()
      ? route.fulfill({ contentType: "text/html; charset=utf-8", body: html }) : route.continue());
    await other.goto(page.url());
    return await axeComplaints(other);
  } finally {
    await other.context().close();
  }
}

const sender = request => request.redirectedFrom() ? sender(request.redirectedFrom()) : request;
const isGoingOn = error => /context was destroyed|because of a navigation|ERR_ABORTED/.test(error.message);

/*
 * seen: what axe has judged, shared by visitors; a page that is in it (by route, status, state,
 * language and width) is not judged again. Without it axe judges every page.
 */
export class Visitor {
  constructor(site, page, { lang, script, seen }) {
    Object.assign(this, { site, page, lang, script, seen, wrong: [], dialogs: 0, response: null });
    page.on("response", response => {
      if (response.request().isNavigationRequest() && response.frame() === page.mainFrame())
        this.response = response;
    });
    page.on("dialog", dialog => {
      this.dialogs++;
      dialog.accept();
    });
  }

  static async arrive(browser, site, { lang, script = true, width = 1280, state, seen } = {}) {
    const page = await openPage(browser, { width, script, locale: lang, state });
    return new Visitor(site, page, { lang, script, seen });
  }

  /* Goes on in another language and size. */
  appear({ lang, width }) {
    this.lang = lang;
    return this.page.setViewportSize({ width, height: 900 });
  }
  leave() { return this.page.context().close(); }
  path(name, ...values) { return pathOf(name, this.lang, ...values); }

  isNew(state) {
    const path = new URL(this.page.url()).pathname;
    const key = [pageAt(path, this.lang) ?? path.replace(/\d{6,}/, ""), this.response.status(), state, this.lang,
      this.page.viewportSize().width].join(" ");
    return !this.seen || (!this.seen.has(key) && Boolean(this.seen.add(key)));
  }

  async judge(axe) {
    const { page } = this, complain = text => text &&
      this.wrong.push(`${page.url().replace(this.site.url, "")} (${page.viewportSize().width} px): ${text}`);
    complain(policyComplaint(this.response.headers()));
    if (axe) complain(await (this.script ? axeComplaints(page) : axeElsewhere(page)));
    const wider = await sidewaysScroll(page);
    complain(wider > 0 && `${wider} px too wide`);
    complain((await page.evaluate(strangers)).join("\n"));
    complain(page.complaints.filter(text => !isStatus(text)).join("\n"));
    page.complaints.length = 0;
  }

  /* All that must hold of a page, into this.wrong; `state` tells pages of one address apart. */
  async look({ axe = true, state = "" } = {}) {
    const judges = axe && this.isNew(state);
    for (;;)
      try {
        return await this.judge(judges);
      } catch (error) {
        if (!isGoingOn(error)) throw error;
        await this.page.waitForLoadState(); /* it loaded itself again */
      }
  }

  /* Goes to a page without looking at it; the status it came with. */
  async arriveAt(path) {
    this.response = await this.page.goto(this.site.url + path);
    return this.response.status();
  }
  async go(path) {
    const status = await this.arriveAt(path);
    await this.look();
    return status;
  }
  to(name, ...values) { return this.go(this.path(name, ...values)); }

  /* Does what leads to another page: one of those that `is` it, as a page may load itself again. */
  async follow(act, is = () => true) {
    const arrive = async () => {
      for (;;) {
        const response = await this.page.waitForNavigation();
        if (response && is(response)) return response;
      }
    };
    [this.response] = await Promise.all([arrive(), act()]);
    await this.look();
    return this.response.status();
  }

  form(path) { return this.page.locator(`form[action="${path}"]`); }

  /* Fields by name: text is typed, true and "=value" choose. */
  async fill(form, fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = form.locator(`[name="${name}"]`);
      if (value.startsWith?.("=")) await form.locator(`[name="${name}"][value="${value.slice(1)}"]`).check();
      else if ((await field.first().evaluate(e => e.localName)) === "select")
        await field.selectOption(value);
      else if ((await field.first().getAttribute("type")) === "file") await field.setInputFiles(value);
      else await field.fill(value);
    }
  }

  /* Fills the form that goes to `path` and presses its button, of several the one named. */
  async send(path, fields = {}, button = "") {
    const form = this.form(path).first();
    await this.fill(form, fields);
    return this.follow(() => form.locator(`button${button}`).first().click(),
      response => sender(response.request()).method() === "POST");
  }

  /* ---- signing in ---- */

  async signIn({ email, password, secret }) {
    await this.to("sign-in");
    await this.send(this.path("sign-in"), { email, password });
    if (secret) await this.send(this.path("sign-in-code"), { code: await nextCode(secret) });
    if (this.response.status() !== 200) throw new Error(`${email} is not let in`);
  }

  state() { return this.page.context().storageState(); }
  text() { return this.page.locator("main").innerText(); }
}
