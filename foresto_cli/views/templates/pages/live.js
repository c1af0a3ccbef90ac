"use strict";
// Keeps what is marked data-live up to date. Everything is HTML of this server, printed by its own templates.
(() => {
  const state = document.getElementById("live-state");
  const places = [...document.querySelectorAll("[data-live]")];
  const fresh = [...document.querySelectorAll("[data-fresh]")];
  let source = null;
  let done = null;
  let wanted = 0;

  const say = (text, tone) => {
    state.textContent = text;
    state.className = "live-state " + tone;
  };

  const put = (place, html) => {
    // What somebody is about to press stays where it is while it says the same.
    const made = document.createElement("template");
    made.innerHTML = html;
    if (place.innerHTML.trim() === made.innerHTML.trim()) return;
    const held = place.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : null;
    place.innerHTML = html;
    if (held) [...place.querySelectorAll("[aria-label]")].find((one) => one.getAttribute("aria-label") === held)?.focus();
  };

  // The rest of the page is drawn anew when a chain or a command has ended, five seconds apart at least.
  const refresh = async () => {
    if (!fresh.length || document.hidden) return;
    const mine = ++wanted;
    await new Promise((ready) => setTimeout(ready, 300));
    if (mine !== wanted) return;
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const place of fresh) {
      const now = page.getElementById(place.id);
      if (now && !place.contains(document.activeElement)) put(place, now.innerHTML);
    }
  };

  const open = () => {
    if (source) return;
    source = new EventSource("/events");
    source.onopen = () => say("실시간", "good");
    // Closed for good is what a server says that was started anew: it has another token.
    source.onerror = () => source?.readyState === EventSource.CLOSED
      ? say("종료된 현황판입니다. foresto dashboard --serve를 실행하고 새 주소를 여세요.", "bad")
      : say("연결이 끊겨 다시 연결하는 중", "warn");
    for (const place of places) {
      source.addEventListener(place.dataset.live, (event) => put(place, event.data));
    }
    source.addEventListener("trouble", (event) => event.data ? say(event.data, "bad") : say("실시간", "good"));
    source.addEventListener("done", (event) => {
      if (done !== null && done !== event.data) refresh();
      done = event.data;
    });
  };

  // A browser has six connections to one server: pages that nobody sees give theirs back.
  const follow = () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else {
      open();
    }
  };

  if (state && places.length) {
    document.addEventListener("visibilitychange", follow);
    addEventListener("pagehide", () => { source?.close(); source = null; });
    addEventListener("pageshow", follow);
    follow();
  }
})();
