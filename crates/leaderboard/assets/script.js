// Sorts, filters, unfolds and keeps the page up to date. Without it, links and the form do the same.
"use strict";
(() => {
  const root = document.documentElement;
  const id = (name) => document.getElementById(name);
  root.classList.add("scripted");

  // What is shown stands in the address, so that it can be kept, sent, and asked for again.
  const asked = new URLSearchParams(location.search);
  const remember = () => {
    const kept = new URLSearchParams();
    for (const name of ["sort", "order", "show", "q"]) {
      const value = asked.get(name);
      if (value && !(name === "sort" && value === "rank") && !(name === "show" && value === "all")) kept.set(name, value);
    }
    const query = kept.toString();
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
  };

  const rows = () => [...id("rows").querySelectorAll(":scope > tr[data-uid]")];
  const foldOf = (row) => (row.nextElementSibling?.classList.contains("fold") ? row.nextElementSibling : null);

  const sort = () => {
    const by = asked.get("sort") || "rank";
    const title = document.querySelector(`a[data-sort="${CSS.escape(by)}"]`);
    if (!title) return;
    const turned = asked.get("order") === "turned";
    const rising = (title.dataset.usual === "ascending") !== turned;
    const value = (row, column) => {
      const text = row.querySelector(`:scope > .${column}`).dataset.v;
      return text === "" ? null : Number(text);
    };
    // Who has no number comes last either way; who is equal stays in the order of rank, then uid.
    const compare = (a, b, column, up) => {
      const [x, y] = [value(a, column), value(b, column)];
      if (x === null || y === null) return (x === null) - (y === null);
      return up ? x - y : y - x;
    };
    const sorted = rows().sort((a, b) => compare(a, b, by, rising) || compare(a, b, "rank", true) || compare(a, b, "uid", true));
    id("rows").replaceChildren(...sorted.flatMap((row) => [row, foldOf(row)].filter(Boolean)));
    for (const other of document.querySelectorAll("a[data-sort]")) {
      const here = other === title;
      if (here) other.parentElement.setAttribute("aria-sort", rising ? "ascending" : "descending");
      else other.parentElement.removeAttribute("aria-sort");
    }
  };

  const filter = () => {
    const words = (asked.get("q") || "").trim().toLowerCase();
    const show = asked.get("show") || "all";
    let shown = 0;
    for (const row of rows()) {
      const fits = row.dataset.text.includes(words) && row.dataset.show.split(" ").includes(show);
      row.hidden = !fits;
      const fold = foldOf(row);
      if (fold) fold.hidden = !fits;
      shown += fits;
    }
    id("nobody").hidden = shown > 0;
  };

  const unfold = async (link) => {
    const row = link.closest("tr");
    const fold = foldOf(row);
    if (fold) {
      fold.remove();
      link.setAttribute("aria-expanded", "false");
      return;
    }
    const answer = await fetch(`/miners/${link.dataset.fold}/why`);
    if (!answer.ok || foldOf(row)) return;
    const opened = document.createElement("tr");
    opened.className = "fold";
    const cell = opened.insertCell();
    cell.colSpan = row.cells.length;
    // The server's own markup, in which everything that others wrote is text.
    cell.innerHTML = await answer.text();
    row.after(opened);
    link.setAttribute("aria-expanded", "true");
  };

  const prepare = () => {
    for (const link of document.querySelectorAll("a[data-fold]")) {
      link.setAttribute("role", "button");
      link.setAttribute("aria-expanded", "false");
    }
  };

  // Times become distances, which are read faster.
  const ages = () => {
    for (const time of document.querySelectorAll("time[datetime]")) {
      const minutes = Math.round((Date.now() - Date.parse(time.dateTime)) / 60000);
      if (!time.title) time.title = time.textContent;
      const [many, unit] = minutes < 90 ? [minutes, "minute"] : minutes < 2880 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
      time.textContent = minutes < 1 ? "just now" : new Intl.RelativeTimeFormat("en", { numeric: "always" }).format(-many, unit);
    }
  };

  const renew = async () => {
    const answer = await fetch(location.pathname + location.search);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = [...document.querySelectorAll("[data-live]")];
    if (!answer.ok || parts.length === 0) {
      location.reload();
      return;
    }
    const open = rowsThere() ? [...document.querySelectorAll('a[data-fold][aria-expanded="true"]')].map((link) => link.dataset.fold) : [];
    const unfolded = [...document.querySelectorAll("details[id][open]")].map((details) => details.id);
    const focused = document.activeElement?.closest("tr")?.dataset.uid;
    for (const part of parts) {
      const next = fresh.getElementById(part.id);
      if (next) part.replaceWith(document.adoptNode(next));
    }
    root.dataset.version = fresh.documentElement.dataset.version;
    document.title = fresh.title;
    for (const name of unfolded) id(name)?.setAttribute("open", "");
    if (rowsThere()) {
      prepare();
      sort();
      filter();
      id("rows").classList.add("fresh");
      if (focused) document.querySelector(`tr[data-uid="${focused}"] a`)?.focus();
      for (const uid of open) {
        const link = document.querySelector(`a[data-fold="${uid}"]`);
        if (link) await unfold(link);
      }
    }
    ages();
  };
  const rowsThere = () => id("rows") !== null;

  const listen = () => {
    const live = id("live");
    const events = new EventSource("/events");
    events.addEventListener("open", () => { live.textContent = "Live"; });
    events.addEventListener("error", () => { live.textContent = "Not connected, trying again"; });
    events.addEventListener("round", (event) => {
      const news = JSON.parse(event.data);
      if (news.version === root.dataset.version) return;
      renew().then(() => { live.textContent = `Live, round ${news.round}`; }, () => {});
    });
  };

  if (rowsThere()) {
    prepare();
    document.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const title = event.target.closest?.("a[data-sort]");
      const fold = event.target.closest?.("a[data-fold]");
      if (title) {
        event.preventDefault();
        const again = (asked.get("sort") || "rank") === title.dataset.sort;
        const turned = again && asked.get("order") !== "turned";
        asked.set("sort", title.dataset.sort);
        turned ? asked.set("order", "turned") : asked.delete("order");
        remember();
        sort();
      } else if (fold) {
        event.preventDefault();
        unfold(fold);
      }
    });
    document.addEventListener("keydown", (event) => {
      // What is a button to those who hear the page answers to the space bar, too.
      const fold = event.target.closest?.("a[data-fold]");
      if (fold && event.key === " ") {
        event.preventDefault();
        unfold(fold);
      }
    });
    const choose = () => {
      asked.set("q", id("q").value);
      asked.set("show", id("show").value);
      remember();
      filter();
    };
    id("toolbar").addEventListener("input", choose);
    id("toolbar").addEventListener("submit", (event) => { event.preventDefault(); choose(); });
  }
  ages();
  setInterval(ages, 30000);
  listen();
})();
