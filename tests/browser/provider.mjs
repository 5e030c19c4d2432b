/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Glewlwyd as the identity provider of a site in the browser tests; tests/oidc.sh starts it.
 *
 *   GLEWLWYD   the address of its API
 */
import { generateKeyPairSync } from "node:crypto";
import { until } from "./site.mjs";

const root = process.env.GLEWLWYD, secret = "geheim-van-ontschot";
const issuer = `${root}/oidc`;
const pem = { publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } };
const headers = { "content-type": "application/json" };

export const providerOrigin = new URL(root).origin;

/* What a site says of it in its configuration; the secret goes into the file named. */
export const agreement = { secret, settings: file => `sign-in:
  issuer: ${issuer}
  client-id: ontschot
  client-secret-file: ${file}
  name: Voorbeeldland
  second-factor: otp
  trusts-addresses: true
` };

async function ask(method, path, body) {
  const answer = await fetch(root + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

/* Makes it know the site at `url`, and people: {username, name, email, password}. */
export async function furnish(url, people) {
  await until("provider", () => fetch(`${providerOrigin}/config`).catch(() => null));
  const entered = await ask("POST", "/auth/", { username: "admin", password: "password" });
  headers.cookie = entered.headers.get("set-cookie").split(";")[0];
  const { privateKey: key, publicKey: cert } = generateKeyPairSync("rsa", { modulusLength: 2048, ...pem });
  await ask("POST", "/mod/plugin/", { module: "oidc", name: "oidc", display_name: "oidc", parameters: {
    iss: issuer, "jwt-type": "rsa", "jwt-key-size": "256", key, cert,
    "access-token-duration": 3600, "refresh-token-duration": 1209600, "code-duration": 600,
    "refresh-token-rolling": true, "allow-non-oidc": false, "auth-type-code-enabled": true,
    "auth-type-token-enabled": false, "auth-type-id-token-enabled": true, "auth-type-password-enabled": false,
    "auth-type-client-enabled": false, "auth-type-refresh-enabled": false, "jwks-show": true,
    "pkce-allowed": true, "name-claim": "mandatory", "email-claim": "mandatory" } });
  await ask("POST", "/client/", { client_id: "ontschot", name: "Ontschot", confidential: true, enabled: true,
    password: secret, scope: [], redirect_uri: [`${url}/nl/inloggen/terug`], authorization_type: ["code"],
    token_endpoint_auth_method: ["client_secret_basic"] });
  for (const person of people)
    await ask("POST", "/user/", { ...person, enabled: true, scope: ["openid", "g_profile"] });
}

/*
 * What its own pages ask its API for, which do nothing without script: signs in and consents in
 * the name of the browser at the login page, and goes on.
 */
export async function passWithoutPages(page, { username, password }) {
  const send = async (method, path, data) => {
    const answer = await page.request[method](root + path, { data });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()}`);
  };
  await send("post", "/auth/", { username, password });
  await send("put", "/auth/grant/ontschot", { scope: "openid" });
  await page.goto(`${new URL(page.url()).searchParams.get("callback_url")}&g_continue`);
}

/* The same by its pages: a form and a consent the first time, then a button to go on. */
export async function passPages(page, { username, password }) {
  const form = page.locator("#passwordForm"), goOn = page.locator(".card-footer .btn-success");
  await form.or(goOn).first().waitFor();
  if (await form.isVisible()) {
    const consent = page.locator(".card-body .carousel button.btn-primary");
    await page.locator("#username").fill(username);
    await page.locator("#password").fill(password);
    await page.locator("#loginbut").click();
    await consent.waitFor();
    await until("consent", async () => { /* while its pages slide on, they do not hear a click */
      if (await consent.isVisible()) await consent.click({ timeout: 2000 }).catch(() => {});
      return consent.waitFor({ state: "hidden", timeout: 2000 }).then(() => true, () => false);
    }, 30000);
  }
  await goOn.click();
}
