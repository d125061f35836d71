/* The script on every page: connection, title, drafts, login cookie, notifications, and Streamlit's English words.
   It knows the page only through `data-sv-*` attributes of our own elements, and calls only the dashboard's server. */
"use strict";
(() => {
  const texts = JSON.parse(document.getElementById("sv-texts").textContent);
  const POLL_MS = 1000, ANSWER_MS = 2500, STALE_MS = 20000, BUSY_MS = 60000;
  const REASONS = { dashboard: texts.dashboardDown, backend: texts.backendDown, failing: texts.backendFailing };
  const atTime = (text, at) => text.replace("{time}", new Date(at).toLocaleTimeString("es-PE", { hour12: false, timeZone: texts.timeZone }));
  const read = (store, key) => { try { return store.getItem(key); } catch { return null; } };
  const write = (store, key, value) => { try { store.setItem(key, value); } catch { /* storage is switched off */ } };

  /* The place of the navigation is kept while a page loads: Streamlit draws it after the content. */
  const WIDE = matchMedia("(min-width: 768px)");
  const root = document.documentElement;
  function keepPlace(left) {
    if (!WIDE.matches) return;
    root.classList.toggle("sv-nav", Number(left) > 0);
    root.style.setProperty("--sv-nav", `${left}px`);
  }
  function notePlace() {
    const main = document.querySelector(".stSidebar ~ * .stMain, .stSidebar ~ .stMain");
    const left = WIDE.matches && (main ? main.getBoundingClientRect().x : document.querySelector("[data-sv-login]") && 0);
    if (typeof left !== "number" || String(left) === read(localStorage, "sv-nav")) return;
    write(localStorage, "sv-nav", left);
    keepPlace(left);
  }
  keepPlace(read(localStorage, "sv-nav") ?? 0);

  /* The content is shown once all of it is there, or when no more has arrived for LONGEST_PAUSE_MS: Streamlit loads the code of
     each kind of element when it first occurs, and moves what is below. Navigation, strip and title stand from the beginning. */
  const LONGEST_PAUSE_MS = 10000, SETTLED_MS = 150;
  const showContent = () => root.classList.remove("sv-loading");
  root.classList.add("sv-loading");
  let settling = 0, arrived = countArrived(), pause = 0;
  function countArrived() {
    return [".stElementContainer", "[data-testid=stSkeleton]"].map((kind) => document.querySelectorAll(kind).length).join();
  }
  function isLoaded() {
    const isRun = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === "notRunning";
    return isRun && document.querySelector(".stMain h1, .stMain .sv.notice") && !document.querySelector(".stMain [data-testid=stSkeleton]");
  }
  function showLoaded() {
    if (!root.classList.contains("sv-loading")) return;
    if (arrived !== (arrived = countArrived())) {
      clearTimeout(pause);
      pause = setTimeout(showContent, LONGEST_PAUSE_MS);
    }
    if (settling || !isLoaded()) return;
    settling = setTimeout(() => {
      settling = 0;
      if (isLoaded()) showContent();
    }, SETTLED_MS);
  }

  /* Connection: a banner over the page, so that nothing below it moves. */
  const banner = document.createElement("div");
  banner.id = "sv-banner";
  banner.setAttribute("role", "alert");
  banner.hidden = true;
  const style = document.createElement("style");
  style.textContent = `
    #sv-banner { position: fixed; inset: 0 0 auto 0; z-index: 1000001; padding: .7rem 1rem; text-align: center;
      font: 500 15px/1.4 "Source Sans", sans-serif; background: #8C3413; color: #FFFFFF; box-shadow: 0 2px 8px rgb(0 0 0 / .3); }
    #sv-banner button { margin-left: .6rem; padding: .15rem .7rem; border: 1px solid #FFFFFF; border-radius: 4px;
      background: transparent; color: inherit; font: inherit; cursor: pointer; }
    #sv-banner[hidden], .sv-hidden { display: none !important; }`;
  document.head.append(style);
  let lastGood = Date.now(), stripAt = Date.now(), strip = null, gone = "";

  function showBanner(text, withReload) {
    if (!banner.isConnected) document.body.append(banner);
    if (banner.dataset.text !== text) {
      banner.dataset.text = text;
      banner.textContent = text;
      if (withReload) {
        const button = document.createElement("button");
        button.textContent = texts.reload;
        button.addEventListener("click", () => location.reload());
        banner.append(" ", button);
      }
    }
    banner.hidden = text === "";
    document.documentElement.classList.toggle("sv-gone", gone === "dashboard");
  }

  async function poll() {
    const asked = Date.now();
    try {
      const answer = await fetch("/sv/pulse", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
      const backend = (await answer.json()).backend;
      if (gone === "dashboard" && !document.querySelector(".stApp")) location.reload();
      gone = { ok: "", failing: "failing" }[backend] ?? "backend";
    } catch {
      gone = "dashboard";
    }
    if (!gone) lastGood = asked;
    // An action under way states itself; the strip waits for it.
    const patience = document.querySelector('[data-testid="stSpinner"]') ? BUSY_MS : STALE_MS;
    const isStale = strip && !document.hidden && Date.now() - stripAt > patience;
    if (gone) showBanner(atTime(REASONS[gone], lastGood), false);
    else if (isStale) showBanner(atTime(texts.stale, stripAt), true);
    else showBanner("", false);
    setTimeout(poll, POLL_MS);
  }
  document.addEventListener("visibilitychange", () => { stripAt = Date.now(); });

  /* Title and navigation: the number of pending alerts, without a new run of the page. */
  let pending = 0;
  function retitle() {
    const name = document.title.replace(/^\(\d+\)\s*/, "").replace(/\s*\([\d.,\s]+\)$/, "").split(" · ")[0];
    const wanted = `${pending ? `(${pending}) ` : ""}${name ? `${name} · ` : ""}${texts.product}`;
    if (name && name !== texts.product && document.title !== wanted) document.title = wanted;
    const label = document.querySelector('[data-testid="stSidebarNav"] a[href$="/alertas"] p');
    if (label && label.firstChild) {
      const text = label.textContent.replace(/\s*\([\d.,\s]+\)$/, "") + (pending ? ` (${pending})` : "");
      if (label.textContent !== text) label.firstChild.nodeValue = text;
    }
  }

  /* Notifications and sound, each on request; they contain no names. */
  let highest = null;
  const wants = (what) => read(localStorage, `sv-${what}`) === "on";
  function announce() {
    if (wants("notify") && window.Notification && Notification.permission === "granted") {
      const shown = new Notification(texts.newHigh, { body: texts.openInbox, tag: "sv-high", renotify: true });
      shown.onclick = () => { window.focus(); location.assign("/alertas"); };
    }
    if (wants("sound")) beep();
  }
  function beep() {
    const audio = new AudioContext(), tone = audio.createOscillator(), volume = audio.createGain();
    tone.frequency.value = 740;
    volume.gain.setValueAtTime(0.15, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.6);
    tone.onended = () => audio.close();
  }
  function labelSwitches() {
    for (const button of document.querySelectorAll("[data-sv-switch]")) {
      const what = button.dataset.svSwitch;
      const label = texts[`${what}${wants(what) ? "On" : "Off"}`];
      if (button.textContent !== label) button.textContent = label;
      button.setAttribute("aria-pressed", String(wants(what)));
    }
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-sv-switch]");
    if (!button) return;
    const what = button.dataset.svSwitch, on = !wants(what);
    if (on && what === "notify" && (!window.Notification || await Notification.requestPermission() !== "granted")) {
      button.textContent = texts.notifyBlocked;
      return;
    }
    write(localStorage, `sv-${what}`, on ? "on" : "off");
    if (on && what === "sound") beep();
    labelSwitches();
  });

  const used = new Set();

  /* Drafts: text fields in a container with a key `draft_…` keep what is typed until it is stored. */
  const setValue = (field, value) => Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, value);
  const draftKey = (field) => {
    const holder = field.closest('[class*="st-key-draft_"]');
    const name = holder && [...holder.classList].find((part) => part.startsWith("st-key-draft_"));
    return name ? `sv-${name.slice(7)}` : null;
  };
  document.addEventListener("input", (event) => {
    const key = event.isTrusted && event.target.matches?.("textarea, input[type=text]") && draftKey(event.target);
    if (!key) return;
    event.target.dataset.svTouched = "yes";
    write(sessionStorage, key, event.target.value);
  }, true);
  function restoreDrafts() {
    for (const field of document.querySelectorAll('[class*="st-key-draft_"] :is(textarea, input[type=text]):not([data-sv-touched])')) {
      const kept = read(sessionStorage, draftKey(field));
      if (kept && !field.value) {
        setValue(field, kept);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
    const stored = document.querySelector("[data-sv-stored]")?.dataset.svStored;
    if (stored && !used.has(stored)) {
      used.add(stored);
      sessionStorage.removeItem(`sv-${stored.split(":")[0]}`);
    }
  }
  function repairRoles() {
    /* Streamlit puts headings of sections into a list, where only items are allowed. */
    for (const part of document.querySelectorAll('[data-testid="stSidebarNavItems"], [data-testid="stSidebarNavItems"] li')) {
      if (part.getAttribute("role") !== "none") part.setAttribute("role", "none");
    }
  }
  function openScrollers() {
    /* Content that scrolls can be reached by keyboard: tables on a narrow screen, long texts. */
    for (const part of document.querySelectorAll('.sv.rows, [class*="st-key-scroll_"]')) {
      const scrolls = part.scrollWidth > part.clientWidth || part.scrollHeight > part.clientHeight;
      if (scrolls && !part.hasAttribute("tabindex")) {
        const title = part.closest('[data-testid="stVerticalBlock"]:has(h2)')?.querySelector("h2") ?? document.querySelector("h1");
        part.setAttribute("tabindex", "0");
        part.setAttribute("role", "region");
        part.setAttribute("aria-label", title?.textContent ?? texts.product);
      } else if (!scrolls && part.hasAttribute("tabindex")) {
        for (const name of ["tabindex", "role", "aria-label"]) part.removeAttribute(name);
      }
    }
  }
  function nameButtons() {
    for (const line of document.querySelectorAll("[data-sv-subject]")) {
      for (const button of line.closest('[class*="st-key-alert_"]')?.querySelectorAll("button") ?? []) {
        const wanted = `${(button.querySelector("p") ?? button).textContent.trim()} · ${line.dataset.svSubject}`;
        if (button.getAttribute("aria-label") !== wanted) button.setAttribute("aria-label", wanted);
      }
    }
  }

  /* The login cookie: a ticket of the page is exchanged once; a logout removes cookie and drafts. */
  async function keepSession() {
    const ticket = document.querySelector("[data-sv-session]")?.dataset.svSession;
    if (ticket && !used.has(ticket)) {
      used.add(ticket);
      await fetch("/sv/session", { method: "POST", body: ticket }).catch(() => used.delete(ticket));
    }
    const leaving = document.querySelector("[data-sv-logout]")?.dataset.svLogout;
    if (leaving && !used.has(leaving)) {
      used.add(leaving);
      sessionStorage.clear();
      await fetch("/sv/session", { method: "DELETE" }).catch(() => used.delete(leaving));
    }
  }

  /* Streamlit's own English words, and its dialogs for developers. */
  const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt"];
  const ours = texts.translations;
  const perFile = (word) => ours["per file"] && word.endsWith(" per file") ? word.replace("per file", ours["per file"]) : null;
  const beginnings = Object.keys(ours).filter((word) => word.endsWith(" "));
  const beginning = (word) => {
    const found = beginnings.find((begin) => word?.startsWith(begin));
    return found ? ours[found] + word.slice(found.length) : null;
  };
  function translate(node) {
    if (node.nodeType === Node.TEXT_NODE) {
      const word = node.nodeValue.trim(), isOption = node.parentElement?.closest('[role="option"]');
      const wanted = ours[word] ?? perFile(word) ?? (isOption ? beginning(word) : null);
      if (wanted && !node.parentElement?.closest(".sv, textarea, [data-sv-own]")) node.nodeValue = wanted;
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    for (const name of ATTRIBUTES) {
      const word = node.getAttribute(name);
      const wanted = ours[word] ?? beginning(word);
      if (wanted) node.setAttribute(name, wanted);
    }
    for (const child of node.childNodes) translate(child);
  }
  function hideDeveloperDialogs() {
    for (const dialog of document.querySelectorAll('[role="dialog"]')) {
      const isOurs = dialog.querySelector('[data-testid="stVerticalBlock"]');
      if (!isOurs && /connection error|streamlit|page not found/i.test(dialog.textContent)) {
        (dialog.closest(".stDialog") ?? dialog).classList.add("sv-hidden");
      }
    }
  }

  function follow() {
    const found = document.querySelector("[data-sv-strip]");
    if (found && found !== strip?.element || found && found.dataset.svStrip !== strip?.at) {
      strip = { element: found, at: found.dataset.svStrip };
      stripAt = Date.now();
      pending = Number(found.dataset.svPending || 0);
      const high = Number(found.dataset.svHigh || 0);
      if (highest !== null && high > highest) announce();
      highest = high;
    } else if (!found) {
      strip = null;
    }
    notePlace();
    showLoaded();
    retitle();
    labelSwitches();
    restoreDrafts();
    nameButtons();
    repairRoles();
    openScrollers();
    keepSession();
    hideDeveloperDialogs();
  }

  let isDue = false;
  const observer = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(translate);
      else translate(change.target);
    }
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => { isDue = false; follow(); });
    setTimeout(() => { if (isDue) { isDue = false; follow(); } }, 400);
  });
  observer.observe(document.documentElement, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES.concat("data-sv-strip", "data-test-script-state"),
  });
  window.addEventListener("resize", openScrollers);
  if (document.body) translate(document.body);
  follow();
  poll();
})();
