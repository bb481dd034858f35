/* Sends page views, and what storefront.track(type, fields) is told, to the server that this script comes from. */
(() => {
  "use strict";
  const VISIT_MS = 30 * 60_000; // A longer pause ends a visit.
  const MOST_WAITING = 500; // Events that wait while the server is away; then the oldest go.
  const BEACON_CHARACTERS = 15_000; // Browsers let a page that goes away send 64 kB, of up to 4 bytes a character.
  const BATCH = 50;
  const SLOWEST_MS = 30_000; // Between two tries.
  const [SESSION, VISIT, EVENT] = ["session_id", "storefront_visit", "storefront_event_"];
  const CAMPAIGN = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "gclid", "fbclid"];
  const url = new URL("api/analytics/track/", /** @type {HTMLScriptElement} */ (document.currentScript).src).href;
  const isRefused = navigator["globalPrivacyControl"] || navigator.doNotTrack === "1";

  /** Local storage, or where the browser refuses it, the page's memory. */
  const storage = (() => {
    try {
      localStorage.setItem(EVENT, "");
      localStorage.removeItem(EVENT);
      return localStorage;
    } catch {
      const memory = {};
      const hide = (name, value) => Object.defineProperty(memory, name, { value });
      hide("getItem", (key) => memory[key] ?? null);
      hide("setItem", (key, text) => (memory[key] = text));
      hide("removeItem", (key) => delete memory[key]);
      return memory;
    }
  })();

  function id() {
    const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing where there is no TLS.
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function session() {
    const known = storage.getItem(SESSION) || id();
    storage.setItem(SESSION, known);
    return known;
  }

  /** The campaign in the address of this page; null where there is none. */
  function campaign() {
    const asked = new URLSearchParams(location.search);
    const found = {};
    for (const name of CAMPAIGN) if (asked.get(name)) found[name] = asked.get(name);
    const source = found.utm_source || (found.gclid ? "google" : found.fbclid ? "facebook" : null);
    return source && { source, ...found };
  }

  /** The other site that led here, without what it says of the visitor; null where there is none. */
  function referrer() {
    if (!document.referrer) return null;
    const { host, hostname } = new URL(document.referrer);
    return host === location.host ? null : { source: hostname.replace(/^www\./, ""), referrer: document.referrer.split(/[?#]/)[0] };
  }

  let [led, from] = [campaign(), referrer()];

  /**
   * What all events of the visit say. A visit begins after a pause, or with a campaign. Another site alone begins none, because
   * who pays comes back from that of the payment.
   */
  function visit() {
    const now = Date.now();
    let visit = JSON.parse(storage.getItem(VISIT) || "null");
    if (led || !visit || now - visit.at > VISIT_MS) visit = { says: { ...from, ...led, landing_path: location.pathname } };
    led = from = null;
    storage.setItem(VISIT, JSON.stringify({ ...visit, at: now }));
    return visit.says;
  }

  function track(event_type, fields = {}) {
    if (isRefused) return;
    const idempotency_key = id();
    const event = { event_type, session_id: session(), created_at: new Date().toISOString(), idempotency_key, ...visit(), ...fields };
    const waiting = keys();
    for (const key of waiting.slice(0, Math.max(0, waiting.length + 1 - MOST_WAITING))) storage.removeItem(key);
    try {
      storage.setItem(`${EVENT}${Date.now()}_${idempotency_key}`, JSON.stringify(event));
      send();
    } catch {
      navigator.sendBeacon(url, JSON.stringify(event)); // There is no room to keep it.
    }
  }

  /** Each event is an item of its own, so that two tabs never overwrite each other's. */
  const keys = () =>
    Object.keys(storage)
      .filter((key) => key.startsWith(EVENT))
      .sort();

  let isSending = false;
  let isAway = false;
  let isOneByOne = false;
  let pause = 1_000;

  /** Sends what waits. What may have arrived twice has the same idempotency_key, and counts once. */
  async function send() {
    if (isSending || isAway) return;
    isSending = true;
    for (let batch; (batch = keys().slice(0, isOneByOne ? 1 : BATCH)).length;) {
      const status = await post(batch);
      if (status === 202) {
        batch.forEach((key) => storage.removeItem(key));
        pause = 1_000;
      } else if ((status === 422 || status === 413) && batch.length > 1) {
        isOneByOne = true; // One of them cannot be counted, and all were refused.
      } else if (status === 422 || status === 413) {
        console.error("storefront.js: an event was refused", storage.getItem(batch[0]));
        storage.removeItem(batch[0]);
      } else {
        isAway = true;
        setTimeout(again, pause);
        pause = Math.min(2 * pause, SLOWEST_MS);
        break;
      }
    }
    isSending = isOneByOne = false;
  }

  function again() {
    isAway = false;
    send();
  }

  const bodyOf = (batch) =>
    `[${batch
      .map((key) => storage.getItem(key))
      .filter(Boolean)
      .join()}]`;

  /** The response's status; 0 where there is none. */
  async function post(batch) {
    const body = bodyOf(batch);
    const keepalive = body.length < BEACON_CHARACTERS;
    try {
      return (await fetch(url, { method: "POST", body, keepalive, credentials: "omit" })).status;
    } catch {
      return 0;
    }
  }

  /** Sends what waits when the page goes away, and keeps it, because nobody can tell whether it arrives. */
  function sendLast() {
    let batch = keys();
    while (bodyOf(batch).length > BEACON_CHARACTERS) batch = batch.slice(1);
    if (batch.length) navigator.sendBeacon(url, bodyOf(batch));
  }

  let seen = "";

  function viewPage() {
    const page = location.pathname + location.search;
    if (page === seen || document["prerendering"]) return;
    seen = page;
    track("page_view", { metadata: { path: location.pathname } });
  }

  window["storefront"] = { track };
  if (isRefused) return;
  // A page of one document changes its address only.
  for (const name of ["pushState", "replaceState"]) {
    const change = history[name];
    history[name] = function (...given) {
      change.apply(this, given);
      viewPage();
    };
  }
  addEventListener("popstate", viewPage);
  addEventListener("pageshow", (event) => {
    if (event.persisted) seen = "";
    viewPage();
  });
  addEventListener("pagehide", sendLast);
  addEventListener("online", again);
  document.addEventListener("prerenderingchange", viewPage);
  viewPage();
})();
