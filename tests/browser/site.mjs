/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A site of its own for the browser tests: Voorbeeldstad filled anew, a mail server that
 * keeps letters, and people who sign in with a second factor.
 *
 *   ONTSCHOT, DEMO_SITE, MAIL_SINK, ROUTES   the programs
 *   ONTSCHOT_SOURCE   the sources, for the demonstration's content
 *   SITE_LOG          where the server's log goes; else nowhere
 */
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const source = process.env.ONTSCHOT_SOURCE;
const { ONTSCHOT: program, DEMO_SITE: fill, MAIL_SINK: sink, SITE_LOG: log } = process.env;

const freePort = () => new Promise(done => {
  const server = createServer();
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

/* Polls, since what we wait for happens in another process. */
export const until = async (what, found, ms = 20000) => {
  for (const end = Date.now() + ms; Date.now() < end;) {
    const it = await found();
    if (it) return it;
    await new Promise(done => setTimeout(done, 40));
  }
  throw new Error(`no ${what} within ${ms} ms`);
};

const used = new Map(); /* secret of a second factor: its last step */
const stepNow = () => Math.floor(Date.now() / 30000);

/* ---- the site ---- */

/* Nobody is too fast here: the rates have their own test. */
const settings = (data, port, mail) => `listen: 127.0.0.1:${port}
base-url: http://127.0.0.1:${port}
store: sqlite:${join(data, "ontschot.db")}
data: ${data}
site-name: Voorbeeldstad
mail: {server: "smtp://127.0.0.1:${mail}", from: "Voorbeeldstad <noreply@voorbeeldstad.example>"}
limits:
  rates:
${["page", "search", "write", "sign-in", "mail", "upload"].map(rate =>
  `    ${rate}: {per-minute: 0, burst: 1000}`).join("\n")}
`;

const readAccounts = data => Object.fromEntries(readFileSync(join(data, "demo-accounts"), "utf8")
  .trim().split("\n").map(line => {
    const [email, password, secret, name] = line.split("\t");
    return [email.split("@")[0], { email, password, secret, name }];
  }));

/* `agreed`, if there is a provider to sign in with: its secret, and its settings given a file for that. */
export async function startSite(agreed) {
  const folder = mkdtempSync(join(tmpdir(), "site-"));
  const data = join(folder, "data"), letters = join(folder, "letters");
  const file = join(folder, "site.yaml"), running = [];
  const stop = () => {
    for (const child of running) child.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", stop); /* also of one that breaks off */
  try {
    mkdirSync(letters);
    const filled = spawnSync(fill, [join(source, "demo/site/voorbeeldstad.yaml"), data]);
    if (filled.status !== 0) throw new Error(`${filled.stdout}${filled.stderr}`);
    const port = await freePort(), mail = await freePort();
    const quiet = log ? openSync(log, "a") : "ignore";
    running.push(spawn(sink, [letters, String(mail)], { stdio: "ignore" }));
    const secret = join(folder, "secret");
    if (agreed) writeFileSync(secret, agreed.secret, { mode: 0o600 });
    writeFileSync(file, settings(data, port, mail) + (agreed?.settings(secret) ?? ""));
    running.push(spawn(program, ["serve", "--config", file],
      { stdio: ["ignore", quiet, quiet], env: { ...process.env, HOME: folder } }));
    const url = `http://127.0.0.1:${port}`;
    await until("site", async () => (await fetch(`${url}/health/ready`).catch(() => null))?.ok);
    const accounts = readAccounts(data);
    for (const { secret } of Object.values(accounts)) used.set(secret, stepNow()); /* by filling */
    return { url, letters, accounts, stop };
  } catch (error) {
    stop();
    throw error;
  }
}

/* ---- its routes ---- */

/* {name, method, nl, en} of each, as the program has them. */
export const routes = spawnSync(process.env.ROUTES).stdout.toString().trim().split("\n").map(line => {
  const [name, method, nl, en] = line.split("\t");
  return { name, method, nl, en };
});

/* The path of a route in a language, its parameters filled in from `values`, in order. */
export function pathOf(name, lang, ...values) {
  const route = routes.find(r => r.name === name);
  if (!route) throw new Error(`no route ${name}`);
  return route[lang].replace(/\{[^}]+\}/g, () => encodeURIComponent(values.shift()));
}

/* ---- mail ---- */

const decoded = letter => letter.replace(/=\r?\n/g, "")
  .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
const lettersTo = (site, email) => readdirSync(site.letters).sort()
  .map(name => decoded(readFileSync(join(site.letters, name), "latin1")))
  .filter(letter => letter.includes(email));

/* Where a letter to an address leads whose link has these words in its path, once it has come. */
export const linkMailedTo = async (site, email, words) => {
  const link = await until(`link for ${email}`, () => lettersTo(site, email)
    .map(letter => letter.match(/https?:\/\/\S+\/(nl|en)\/\S+/)?.[0]).findLast(url => url?.includes(words)));
  if (!link.startsWith(site.url)) throw new Error(`a link to elsewhere: ${link}`);
  return link.slice(site.url.length);
};

/* ---- the second factor (RFC 6238) ---- */

const base32 = text => {
  let bits = "";
  for (const c of text.toUpperCase().replace(/[^A-Z2-7]/g, ""))
    bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0");
  return Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2)));
};
const codeOf = (secret, step) => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", base32(secret)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
};

/* A code counts once, and one from half a minute ago or ahead is good: who is too quick for that waits. */
export async function nextCode(secret) {
  const step = Math.max(stepNow() - 1, (used.get(secret) ?? 0) + 1);
  used.set(secret, step);
  await until("time for one more code", () => step <= stepNow() + 1, 61000);
  return codeOf(secret, step);
}
