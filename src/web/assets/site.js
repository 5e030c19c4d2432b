/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the browser adds to pages that work without it. Forms and tables say by data
 * attributes what they want; src/web/pages/parts.h documents each.
 *
 * Autosave posts the form's fields to data-autosave and expects JSON, of which
 * `revision` (a string) replaces the hidden field of that name; 409 means that
 * someone else was first. Preview posts them to data-preview and expects the HTML
 * of the part. A poll expects a page or fragment with the same progress part in it;
 * one without means that the work has ended, and the page is loaded again.
 */
(() => {
  "use strict";
  const SAVE_AFTER_MS = 3000, SAVE_AGAIN_MS = 10000, PREVIEW_AFTER_MS = 500, POLL_MS = 2000;
  const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);
  const language = document.documentElement.lang;

  /* Files are not sent along: they are sent with the form itself. */
  const fields = form => {
    const all = new URLSearchParams();
    for (const [name, value] of new FormData(form))
      if (typeof value === "string") all.append(name, value);
    return all;
  };
  const post = (url, body) =>
    fetch(url, { method: "POST", body, redirect: "error", credentials: "same-origin" });

  /* ---- nothing typed is lost ---- */

  const guarded = form => {
    let version = 0, kept = 0;
    form.addEventListener("input", () => { version++; });
    form.addEventListener("submit", event => { if (!event.defaultPrevented) kept = version; });
    addEventListener("beforeunload", event => {
      if (kept !== version) event.preventDefault();
    });
    return { version: () => version, keep: v => { kept = Math.max(kept, v); } };
  };

  const autosave = (form, guard) => {
    const status = form.querySelector("[data-save-status]");
    let timer = 0, busy = false;
    const say = (kind, value) => {
      if (status) status.textContent = status.dataset[kind].replace("{1}", value || "");
    };
    const later = ms => { clearTimeout(timer); timer = setTimeout(save, ms); };
    const saved = async answer => {
      const revision = form.elements.namedItem("revision"), got = await answer.json();
      if (revision && got.revision) revision.value = got.revision;
      say("saved", new Date().toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" }));
    };
    async function save() {
      if (busy) return later(SAVE_AFTER_MS);
      const version = guard.version();
      busy = true;
      say("saving");
      try {
        const answer = await post(form.dataset.autosave, fields(form));
        if (answer.status === 409) return say("conflict");
        if (!answer.ok) throw new Error(String(answer.status));
        guard.keep(version);
        await saved(answer);
      } catch (_) {
        say("failed");
        later(SAVE_AGAIN_MS);
      } finally {
        busy = false;
      }
    }
    form.addEventListener("input", () => later(SAVE_AFTER_MS));
    form.addEventListener("submit", () => clearTimeout(timer));
  };

  each("form[data-guard]", form => {
    const guard = guarded(form);
    if (form.dataset.autosave) autosave(form, guard);
  });

  /* ---- preview ---- */

  each("form[data-preview]", form => {
    const target = document.querySelector("[data-preview-target]");
    let timer = 0, asked = 0;
    const show = async () => {
      const mine = ++asked;
      try {
        const answer = await post(form.dataset.preview, fields(form));
        const html = answer.ok ? await answer.text() : null;
        if (html !== null && mine === asked) target.innerHTML = html;
      } catch (_) { /* the last one stays until the next key */ }
    };
    if (target) form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(show, PREVIEW_AFTER_MS);
    });
  });

  /* ---- sent once ---- */

  each("form[data-once]", form => {
    form.addEventListener("submit", event => {
      if (form.dataset.sent) event.preventDefault();
      else if (!event.defaultPrevented) form.dataset.sent = "1";
    });
    /* back by the browser's own button: it may be sent again */
    addEventListener("pageshow", () => { delete form.dataset.sent; });
  });

  /* ---- files that are too large are told before they travel ---- */

  each("input[data-max-bytes]", input => {
    let message = null;
    const tooLarge = () =>
      [...input.files].some(file => file.size > Number(input.dataset.maxBytes));
    input.addEventListener("change", () => {
      message?.remove();
      message = null;
      input.removeAttribute("aria-invalid");
      if (!tooLarge()) return;
      message = document.createElement("p");
      message.className = "utrecht-form-field-error-message utrecht-form-field__error-message";
      message.setAttribute("role", "alert");
      message.textContent = input.dataset.tooLarge;
      input.setAttribute("aria-invalid", "true");
      input.before(message);
    });
    input.form?.addEventListener("submit", event => {
      if (!tooLarge()) return;
      event.preventDefault();
      input.focus();
    }, true);
  });

  /* ---- progress ---- */

  const poll = part => {
    const copy = (from, selector) => {
      const here = part.querySelector(selector), there = from.querySelector(selector);
      if (here && there && here.textContent !== there.textContent)
        here.textContent = there.textContent;
    };
    const ask = async () => {
      try {
        const answer = await fetch(part.dataset.poll, { credentials: "same-origin" });
        if (answer.ok) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          const fresh = page.querySelector("[data-poll]");
          if (!fresh) return location.reload();
          const bar = fresh.querySelector("progress"), ours = part.querySelector("progress");
          if (bar.hasAttribute("value")) ours.value = bar.value;
          else ours.removeAttribute("value");
          for (const name of ["[data-percent]", "[data-step]", "[data-left]"]) copy(fresh, name);
        }
      } catch (_) { /* the network comes back, or not */ }
      setTimeout(ask, document.hidden ? 5 * POLL_MS : POLL_MS);
    };
    setTimeout(ask, POLL_MS);
  };
  each("[data-poll]", poll);

  /* ---- tables that sort ---- */

  /* "1.234,5" or "1,234.5", with a currency, a percent or a true minus */
  const numberOf = text => {
    const decimal = language === "nl" ? "," : ".";
    const digits = text.replace(/\u2212/g, "-").replace(/[^0-9,.-]/g, "")
      .split(decimal).map(part => part.replace(/[,.]/g, "")).join(".");
    return digits === "" ? -Infinity : Number(digits);
  };
  each("table[data-sortable]", table => {
    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
    const sort = (head, column) => {
      const down = head.getAttribute("aria-sort") === "ascending";
      const value = row => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
      const compare = head.classList.contains("num")
        ? (a, b) => numberOf(value(a)) - numberOf(value(b))
        : (a, b) => value(a).localeCompare(value(b), language, { numeric: true });
      const rows = [...body.rows].sort(compare);
      heads.forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...(down ? rows.reverse() : rows));
    };
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "o-sort";
      button.title = table.dataset.sortable + " " + head.textContent;
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(head, column));
      head.append(button);
    });
  });

  document.getElementById("errors")?.focus();
})();
