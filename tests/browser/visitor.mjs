/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A person at the site in the browser: goes to pages by the names of their routes, fills
 * forms by the names of their fields, and looks at every page on arrival.
 */
import { axeComplaints, openPage, sidewaysScroll } from "./browser.mjs";
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

export class Visitor {
  constructor(site, page, { lang, script }) {
    Object.assign(this, { site, page, lang, script, wrong: [], dialogs: 0, response: null });
    page.on("response", response => {
      if (response.request().isNavigationRequest() && response.frame() === page.mainFrame())
        this.response = response;
    });
    page.on("dialog", dialog => {
      this.dialogs++;
      dialog.accept();
    });
  }

  static async arrive(browser, site, { lang, script = true, width = 1280, state } = {}) {
    const page = await openPage(browser, { width, script, locale: lang, state });
    return new Visitor(site, page, { lang, script });
  }

  leave() { return this.page.context().close(); }
  path(name, ...values) { return pathOf(name, this.lang, ...values); }

  /* All that must hold of a page, into this.wrong. */
  async look(axe = this.script) {
    const { page } = this, complain = text => text &&
      this.wrong.push(`${page.url().replace(this.site.url, "")} (${page.viewportSize().width} px): ${text}`);
    complain(policyComplaint(this.response.headers()));
    if (axe) complain(await axeComplaints(page));
    const wider = await sidewaysScroll(page);
    complain(wider > 0 && `${wider} px too wide`);
    complain((await page.evaluate(strangers)).join("\n"));
    complain(page.complaints.filter(text => !isStatus(text)).join("\n"));
    page.complaints.length = 0;
  }

  /* Goes to a page without looking at it; the status it came with. */
  async arriveAt(path) {
    this.response = null;
    await this.page.goto(this.site.url + path);
    return this.response.status();
  }
  async go(path) {
    const status = await this.arriveAt(path);
    await this.look();
    return status;
  }
  to(name, ...values) { return this.go(this.path(name, ...values)); }

  /* Does what leads to another page. */
  async follow(act) {
    this.response = null;
    await Promise.all([this.page.waitForNavigation(), act()]);
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
    return this.follow(() => form.locator(`button${button}`).first().click());
  }

  /* ---- signing in ---- */

  async signIn({ email, password, secret }) {
    await this.to("sign-in");
    await this.send(this.path("sign-in"), { email, password });
    if (secret) await this.send(this.path("sign-in-code"), { code: nextCode(secret) });
  }

  state() { return this.page.context().storageState(); }
  text() { return this.page.locator("main").innerText(); }
}
