/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which pages there are, by the route table of the program: what a path is a page of, and what
 * of all answers is none.
 */
import { routes } from "./site.mjs";

/* Not what leads elsewhere, and not what script reads. */
const apart = new Set(["oidc-begin", "oidc-finish", "study-progress", "import-progress"]);
const isFile = path => /\.(atom|csv)$|\{file\}$/.test(path);

export const pageRoutes = routes.filter(({ name, nl, method }) =>
  method === "GET" && !apart.has(name) && nl.startsWith("/nl/") && !isFile(nl));

const patternOf = path => new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{[^}]+\}/g, "[^/]+")}$`);
/* "/nl/verhalen/schrijven" is no story: what is written out goes before what may be anything. */
const byPattern = (table, lang) => table.map(route => ({ name: route.name, pattern: patternOf(route[lang]), open: route[lang].split("{").length }))
  .sort((a, b) => a.open - b.open);
const finder = table => {
  const all = { nl: byPattern(table, "nl"), en: byPattern(table, "en") };
  return (path, lang) => all[lang].find(({ pattern }) => pattern.test(path))?.name;
};

/* The name of the route whose page or form a path is; undefined: none. */
const anyGet = finder(routes.filter(({ method }) => method === "GET"));
export const pageAt = (path, lang) => {
  const name = anyGet(path, lang);
  return pageRoutes.some(route => route.name === name) ? name : undefined;
};
export const formAt = finder(routes.filter(({ method }) => method !== "GET"));

/* Where a walk begins: the pages whose paths ask for nothing. */
export const firstPages = lang => pageRoutes.map(route => route[lang]).filter(path => !path.includes("{"));
