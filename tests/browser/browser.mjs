/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the browser tests share: the system's Chromium with nothing of its own on the
 * network, pages in a size and language with or without script, axe, and TAP.
 *
 *   BROWSER_PACKAGES   folder that tools/npm.sh filled
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const packages = process.env.BROWSER_PACKAGES;
const { chromium } = createRequire(join(packages, "package.json"))("playwright-core");
const axe = readFileSync(join(packages, "node_modules/axe-core/axe.min.js"), "utf8");

/* WCAG 2.2 AA and what axe calls best practice. */
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/* ---- TAP ---- */

let number = 0, status = 0;

/* Runs one case; a string or an exception is what was wrong. */
export async function test(name, run) {
  let wrong;
  try {
    wrong = await run();
  } catch (error) {
    wrong = error.stack;
  }
  number++;
  if (!wrong) return console.log(`ok ${number} - ${name}`);
  status = 1;
  console.log(`not ok ${number} - ${name}`);
  console.log(String(wrong).replace(/^/gm, "# "));
}

export function finish() {
  console.log(`1..${number}`);
  process.exitCode = status;
}

/* ---- the browser ---- */

export async function start() {
  const folder = mkdtempSync(join(tmpdir(), "browser-"));
  const context = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--hide-scrollbars"],
    env: { ...process.env, HOME: folder },
  });
  const close = async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { browser: context, close };
}

/* A page in its own profile; page.complaints lists what its console and CSP say. */
export async function openPage(browser, { width = 1280, height = 900, script = true, locale = "nl-NL", print = false, state } = {}) {
  const context = await browser.newContext({
    viewport: { width, height }, javaScriptEnabled: script, locale, hasTouch: width < 600,
    storageState: state, bypassCSP: false, timezoneId: "Europe/Amsterdam",
  });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", message => {
    if (["error", "warning"].includes(message.type())) page.complaints.push(message.text());
  });
  page.on("pageerror", error => page.complaints.push(String(error)));
  if (print) await page.emulateMedia({ media: "print" });
  return page;
}

/* What axe finds, as text; empty when all is well. The page's own CSP does not hold for it. */
export async function axeComplaints(page) {
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe);
  return page.evaluate(async tags => {
    const { violations } = await globalThis.axe.run(document, {
      runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false,
    });
    return violations.map(v =>
      `${v.id}: ${v.help}\n` + v.nodes.map(n => `  ${n.html}\n  ${n.failureSummary}`).join("\n")).join("\n");
  }, rules);
}

/* How many pixels the page is wider than its window. */
export const sidewaysScroll = page =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/* Buttons, fields and links that stand alone and are smaller than a finger. */
export const smallTargets = (page, least) => page.evaluate(size => {
  const alone = "button, .utrecht-button, .utrecht-textbox, .utrecht-select, .o-nav a, .o-tabs a, " +
    ".o-choice, .o-footer a, .o-tools a, .o-pages a, summary, .o-file";
  return [...document.querySelectorAll(alone)]
    .filter(e => !e.matches(".o-sort") && e.getBoundingClientRect().height > 0 &&
      e.getBoundingClientRect().height < size - 0.5)
    .map(e => `${e.outerHTML.slice(0, 90)}: ${e.getBoundingClientRect().height} px`).join("\n");
}, least);
