(function () {
  "use strict";
  var form = document.getElementById("f");
  if (!form || !form.addEventListener || !form.querySelectorAll || !window.JSON || !window.XMLHttpRequest) { return; }
  var root = document.documentElement, main = document.querySelector("main"), title = document.title;
  var key = "surveyapp:" + location.pathname.replace(/\/+$/, "");
  var words = JSON.parse(form.getAttribute("data-words"));
  var items = [];

  function byId(id) { return document.getElementById(id); }
  function each(list, act) { for (var i = 0; i < list.length; i++) { act(list[i], i); } }
  function own(map, name) { return Object.prototype.hasOwnProperty.call(map, name) ? map[name] : null; }
  function isChoice(input) { return input.type === "radio" || input.type === "checkbox"; }
  function parsed(box, name) { var text = box.getAttribute(name); return text ? JSON.parse(text) : null; }
  function trimmed(text) { return text.replace(/^\s+|\s+$/g, ""); }
  function say(name, first, second) { return words[name].replace(/\{[0n]\}/, first).replace("{1}", second); }
  function add(parent, tag, text, before) {
    var made = document.createElement(tag);
    made.textContent = text || "";
    return parent.insertBefore(made, before || null);
  }

  // --- the questions ---

  function answer(item) {
    var values = [];
    each(item.inputs, function (input) {
      if (isChoice(input) ? input.checked : trimmed(input.value)) { values.push(input.value); }
    });
    return values;
  }

  function within(value, limits) {
    var x = value === undefined || trimmed(value) === "" ? NaN : Number(value.replace(/,/g, ""));
    return !isNaN(x) && !(x < limits.at_least || x <= limits.above || x > limits.at_most || x >= limits.below);
  }

  function holds(conditions, answers) {
    for (var id in conditions) {
      var wanted = conditions[id], given = own(answers, id) || [], held = false;
      if (wanted instanceof Array) {
        each(given, function (code) { held = held || wanted.indexOf(code) >= 0; });
      } else {
        held = within(given[0], wanted);
      }
      if (!held) { return false; }
    }
    return true;
  }

  function placeComment(item, codes) {
    var said = [], row = null;
    each(item.box.querySelectorAll(".o"), function (option) {
      var code = option.getAttribute("data-code");
      if (codes.indexOf(code) >= 0 && own(item.words, code)) {
        row = option;
        if (said.indexOf(item.words[code]) < 0) { said.push(item.words[code]); }
      }
    });
    item.comment.hidden = !row;
    if (!row) { return; }
    item.comment.querySelector("label").textContent = said.join(" / ");
    if (row.nextSibling !== item.comment) { row.parentNode.insertBefore(item.comment, row.nextSibling); }
  }

  function refresh() {
    var answers = {}, asked = 0, done = 0;
    each(items, function (item) {
      item.asked = !item.conditions || holds(item.conditions, answers);
      item.done = false;
      if (!item.asked) { return; }
      var codes = answers[item.id] = answer(item);
      asked += 1;
      item.place = asked;
      item.done = codes.length > 0;
      if (item.done) { done += 1; }
      if (item.comment) { placeComment(item, codes); }
    });
    show(asked, done);
  }

  function leaveAlone(input) {
    if (input.type !== "checkbox" || !input.checked) { return; }
    each(items, function (item) {
      if (item.id !== input.name || !item.alone) { return; }
      var isAlone = item.alone.indexOf(input.value) >= 0;
      each(item.inputs, function (other) {
        if (other !== input && (isAlone || item.alone.indexOf(other.value) >= 0)) { other.checked = false; }
      });
    });
  }

  // --- in large print one question at a time: FIRST, an item, or LAST, with the button ---

  var FIRST = { place: 0 }, LAST = { place: Infinity }, here = FIRST;
  var large = byId("large"), summary = byId("summary"), restored = byId("restored");

  function show(asked, done) {
    var single = large.checked;
    each(items, function (item) { item.box.hidden = !item.asked || (single && here !== item); });
    each(form.querySelectorAll("section"), function (part) {
      part.hidden = single && !part.querySelector(".item:not([hidden])");
    });
    main.querySelector("header").hidden = single && here !== FIRST;
    byId("progress").hidden = single && here === FIRST;
    byId("tail").hidden = single && here !== LAST;
    byId("back").hidden = here === FIRST;
    byId("next").hidden = here === LAST;
    byId("next").textContent = here === FIRST ? words.begin : words.next;
    byId("progress").textContent = !single ? say("progress", done, asked)
      : here === LAST ? words.review : say("step", here.place, asked);
    if (summary) { summary.hidden = single && here !== LAST; }
    review(single && here === LAST && !summary);
  }

  function review(shown) {
    var box = byId("review"), list, open = 0;
    box.className = shown ? "review" : "later";
    box.textContent = "";
    if (!shown) { return; }
    list = document.createElement("ul");
    each(items, function (item) {
      if (!item.asked || item.done || item.optional) { return; }
      open += 1;
      lead(list, item, item.title);
    });
    add(box, "h2", open ? say("still_open", open) : words.all_done);
    if (open) { box.appendChild(list); }
  }

  // One question at a time is counted as it comes; on the whole page it has its number.
  function lead(list, item, text) {
    var row = add(list, "li", item ? "" : text), number = item && (large.checked ? item.place : item.number);
    if (item) { add(row, "a", say("at", number) + text).setAttribute("href", "#q-" + item.id); }
  }

  function go(target) {
    here = target;
    refresh();
    var mark = here === FIRST ? main.querySelector("h1") : here === LAST ? summary || byId("review") : here.box;
    mark.setAttribute("tabindex", "-1");
    mark.focus();
    window.scrollTo(0, here === FIRST || mark === summary ? 0 : form.offsetTop);
  }

  function step(by) {
    var way = items.filter(function (item) { return item.asked; });
    var at = here === FIRST ? -1 : here === LAST ? way.length : way.indexOf(here);
    var next = at + by;
    // who comes back goes on where they left off
    if (here === FIRST) { while (next < way.length && back && way[next].done) { next += 1; } }
    go(next < 0 ? FIRST : next < way.length ? way[next] : LAST);
  }

  function follow(event) {
    var link = event.target, found = null;
    if (!large.checked || !link.getAttribute) { return; }
    each(items, function (item) { if (link.getAttribute("href") === "#q-" + item.id) { found = item; } });
    if (found) { event.preventDefault(); go(found); }
  }

  function look() {
    try { localStorage.setItem("surveyapp:view", large.checked ? "large" : "standard"); } catch (ignored) { /* it is off */ }
    here = FIRST;
    refresh();
  }

  // --- the draft: on the phone at every change, until a receipt is here ---
  //
  // { v: version, t: ticket, a: answers, s: "editing" or "sending", b: when the page was opened, body: what was sent last,
  //   u: whether that may have been stored though no reply came: 1, or 2 if several different bodies were sent,
  //   n: how often its ticket was said to be stale }
  //
  // Nothing is ever stored twice, because a ticket that may have been used is never given up for another one:
  // - the server stores one response per ticket, and answers the same again with the same receipt;
  // - so a draft with `u` keeps its ticket and version, however old, and what was sent is sent again as it was if the
  //   questionnaire has changed meanwhile. Only an untouched draft takes a new page's ticket (a day old, or another version);
  // - the server says "stale" only when nothing is stored under the ticket's id. Then the new ticket is safe to take;
  // - "problems" to the only body that was ever sent says that it cannot have been stored either;
  // - two tabs share one draft: none writes over what the other is sending, and it sends under the other's ticket.
  // A link with a code is safe anyhow: the code is spent once.

  var DAY = 23 * 3600 * 1000, MONTH = 30 * 24 * 3600 * 1000;
  var stores = [], memory = null, isKept = false, isOver = false, back = false, draft;
  var version = form.querySelector("[name=_version]"), ticket = null, page = {};

  each(["localStorage", "sessionStorage"], function (name) {
    try { if (window[name]) { stores.push(window[name]); } } catch (ignored) { /* it is off */ }
  });

  function read() {
    var found = null;
    each(stores, function (store) {
      try { found = found || JSON.parse(store.getItem(key)); } catch (ignored) { /* it is off, or garbled */ }
    });
    return found && found.a && typeof found.t === "string" ? found : memory;
  }

  function write() {
    var text = JSON.stringify(draft);
    memory = draft;
    isKept = false;
    each(stores, function (store) {
      try {
        if (isKept) { store.removeItem(key); } else { store.setItem(key, text); isKept = true; }
      } catch (full) {
        try { store.removeItem(key); } catch (ignored) { /* it is off */ }
      }
    });
  }

  function wipe() {
    memory = null;
    each(stores, function (store) { try { store.removeItem(key); } catch (ignored) { /* it is off */ } });
  }

  function fields(act) {
    each(form.querySelectorAll("input,textarea"), function (input) {
      if (input.name.charAt(0) !== "_" || input.name === "_by") { act(input); }
    });
  }

  function chosen() {
    var found = {};
    fields(function (input) {
      if (isChoice(input) ? input.checked : input.value) {
        (found[input.name] = own(found, input.name) || []).push(input.value);
      }
    });
    return found;
  }

  function save() {
    if (isOver) { return; }
    var other = read();
    if (other && other.s === "sending" && other.t !== draft.t) { return; }
    draft.a = chosen();
    if (other || Object.keys(draft.a).length) { write(); }
  }

  // Options and items that a new version no longer has are left out: there is no field to put them in.
  function fill(answers) {
    fields(function (input) {
      var kept = own(answers, input.name) || [];
      if (isChoice(input)) { input.checked = kept.indexOf(input.value) >= 0; } else { input.value = kept[0] || ""; }
    });
    var by = form.querySelector("[name=_by]:checked");
    if (by) { form.querySelector(".helped").open = true; }
  }

  function hold(v, t) { draft.v = version.value = v; draft.t = ticket.value = t; }

  function renew(t, s) {
    draft.u = 0;
    draft.s = s;
    hold(page.v, t);
    write();
  }

  function restore() {
    var found = read(), age = found ? Date.now() - found.b : 0;
    if (!found || (!found.u && age > MONTH)) { return; }
    if (found.u || (found.v === page.v && age >= 0 && age < DAY)) {
      draft = found;
      hold(found.v, found.t);
      if (found.v !== page.v) { draft.s = "sending"; }
    }
    draft.s = found.s;
    draft.n = found.n;
    fill(found.a);
    back = Object.keys(found.a).length > 0;
  }

  function anew() {
    draft.b = Date.now();
    renew(page.t, "editing");
    wipe();
    fill({});
    back = false;
    restored.className = "later";
    go(FIRST);
  }

  // --- sending: again and again with the same ticket, until the server says what became of it ---

  var RECEIPT = /^[0-9A-Z]{5}-[0-9A-Z]{5}$/, PAUSES = [1, 2, 4, 8, 15, 30], LONGEST = 600000;
  var button = byId("send"), state = byId("state"), label = button.textContent;
  var request = null, isTrying = false, isHeld = false, until = 0, tries = 0, pause = 0, patience = 0, before = 0;
  var work = "";

  // A character cut in half or a NUL would make the whole form unreadable.
  function encoded(text) {
    return encodeURIComponent(text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff\0]/g, function (found) {
      return found.length > 1 ? found : "";
    }));
  }

  function body() {
    var parts = [];
    each(document.querySelectorAll("[name=_view],#f input,#f textarea"), function (input) {
      if (input.name !== "_end" && (!isChoice(input) || input.checked)) {
        parts.push(encoded(input.name) + "=" + encoded(input.value.replace(/\r?\n/g, "\r\n")));
      }
    });
    return parts.join("&");
  }

  function tell(text) {
    state.textContent = text;
    state.className = text && text !== words.sending ? "state" : "off";
    // where it is being read, it does not push the button out of sight
    var under = button.getBoundingClientRect().bottom + 16 - window.innerHeight;
    if (under > 0 && under < 200) { window.scrollBy(0, under); }
  }

  function hands(isOff, text) {
    isHeld = isOff;
    button.textContent = text;
    if (isOff) { button.setAttribute("aria-disabled", "true"); } else { button.removeAttribute("aria-disabled"); }
  }

  // While answers are on their way they cannot be changed: what is shown is what is sent.
  function lock(isOn) {
    isTrying = isOn;
    fields(function (input) { if (!isChoice(input)) { input.readOnly = isOn; } });
  }

  function drop() {
    clearTimeout(pause);
    clearTimeout(patience);
    if (request) { request.onload = request.onerror = request.ontimeout = request.onabort = null; request.abort(); }
    request = null;
  }

  function begin(text) {
    until = Date.now() + LONGEST;
    tries = 0;
    attempt(text);
  }

  function attempt(text) {
    drop();
    var other = read(), sent = draft.v === page.v ? body() : draft.body, mine;
    if (other && other.s === "sending" && other.t !== draft.t) { hold(other.v, other.t); draft.u = 1; sent = body(); }
    before = draft.u;
    draft.u = before && draft.body !== sent ? 2 : before || 1;
    draft.body = sent;
    draft.s = "sending";
    draft.a = chosen();
    write();
    lock(true);
    hands(true, words.sending);
    tell(text || state.textContent || words.sending);
    patience = setTimeout(function () { hands(false, words.again); }, 8000);
    mine = request = new XMLHttpRequest();
    mine.onload = function () { request = null; drop(); judge(mine); };
    mine.onerror = mine.ontimeout = mine.onabort = function () { request = null; drop(); trouble(); };
    mine.open("POST", location.href.split("#")[0]);
    mine.timeout = 20000;
    mine.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
    mine.setRequestHeader("Accept", "application/json");
    mine.send(sent + (work && "&_work=" + encoded(work)) + "&_end=1");
  }

  function later(name, seconds) {
    if (Date.now() > until) { stop(say("stopped", isKept ? words.kept : words.keep_open)); return; }
    tell(say(name, isKept ? words.kept : words.keep_open));
    hands(false, words.again);
    pause = setTimeout(attempt, seconds * 1000);
  }

  // A little more than said, by chance: phones that lost the same network do not all come back at once.
  function trouble() {
    later("trouble", PAUSES[Math.min(tries, PAUSES.length - 1)] * (1 + Math.random() / 5));
    tries += 1;
  }

  function stop(text) {
    lock(false);
    tell(text);
    hands(false, words.again);
  }

  function settle() {
    draft.s = "editing";
    lock(false);
    tell("");
    hands(false, label);
    save();
  }

  // Only JSON with an outcome known here is the server's reply; a captive portal's page is none, whatever its status.
  function judge(reply) {
    var said = null, status = reply.status, kind;
    try { said = JSON.parse(reply.responseText); } catch (ignored) { /* it is not from the server */ }
    kind = said && said.outcome;
    if (kind === "stored" && status === 200 && RECEIPT.test(said.receipt)) {
      received(said.receipt);
    } else if (kind === "problems" && said.problems instanceof Array) {
      mistakes(said.problems);
    } else if (kind === "stale" && said.ticket) {
      stale(said.ticket);
    } else if (kind === "work" && said.challenge) {
      prove(String(said.challenge), Number(said.bits));
    } else if (kind === "paused" && said.retry_after > 60) {
      stop(said.message);
    } else if (kind === "wait" || kind === "busy" || kind === "paused") {
      later("crowded", Math.max(1, Math.min(300, said.retry_after || 5)) * (1 + Math.random() / 5));
    } else if (kind && kind !== "garbled" && said.heading && status >= 400) {
      refused(said);
    } else {
      trouble();
    }
  }

  // The new ticket belongs to the present version; if this page is of an older one, it is fetched anew, once, and goes on.
  function stale(t) {
    draft.n += 1;
    if (draft.n === 2) { draft.b -= DAY; }
    renew(t, "sending");
    if (draft.n === 1) { attempt(); return; }
    if (draft.n > 2) { trouble(); return; }
    isOver = true;
    location.reload();
  }

  // The draft of another version was judged by its own questionnaire; the mistakes are mended in this one.
  function mistakes(problems) {
    if (draft.u === 1 && draft.v !== page.v) { renew(page.t, "editing"); }
    settle();
    if (large.checked) { here = LAST; }
    unmark();
    each(problems, mark);
    var list = box(problems.length === 1 ? words.wrong_one : say("wrong", problems.length), "ul");
    each(problems, function (problem) {
      var about = items.filter(function (item) { return item.id === problem.item; });
      lead(list, about[0], problem.message);
    });
    document.title = words.error + title;
    refresh();
  }

  function mark(problem) {
    each(items, function (item) {
      if (item.id !== problem.item) { return; }
      var isField = item.box.tagName !== "FIELDSET", first = isField ? item.inputs[0] : item.box.querySelector(".options");
      var line = add(item.box, "p", problem.message, first), read = isField ? first : item.box;
      line.className = "error";
      line.insertBefore(add(item.box, "b", words.error), line.firstChild);
      line.id = item.id + "-error" + (item.box.querySelectorAll(".error").length - 1 || "");
      item.box.classList.add("bad");
      read.setAttribute("aria-describedby", trimmed((item.notes || "") + " " + item.id + "-error"));
      if (isField) { read.setAttribute("aria-invalid", "true"); }
    });
  }

  function unmark() {
    each(items, function (item) {
      each(item.box.querySelectorAll(".error"), function (line) { line.parentNode.removeChild(line); });
      item.box.classList.remove("bad");
      each([item.box, item.inputs[0]], function (it) {
        it.removeAttribute("aria-invalid");
        if (it.hasAttribute("aria-describedby")) { it.setAttribute("aria-describedby", item.notes || ""); }
      });
    });
  }

  function box(heading, tag, text) {
    if (summary) { summary.parentNode.removeChild(summary); }
    summary = add(main, "div", "", main.querySelector("header"));
    summary.id = summary.className = "summary";
    summary.setAttribute("role", "alert");
    summary.setAttribute("tabindex", "-1");
    add(summary, "h2", heading);
    var made = add(summary, tag, text);
    summary.focus();
    window.scrollTo(0, 0);
    return made;
  }

  function refused(said) {
    if (said.final) { end(said.heading, said.text); return; }
    settle();
    if (large.checked) { here = LAST; }
    unmark();
    box(said.heading, "p", said.text);
    refresh();
  }

  function received(receipt) {
    // a reload or a way back shows the thanks again, not another form
    try { history.replaceState({ receipt: receipt }, ""); } catch (ignored) { /* an old browser */ }
    end(words.thanks, words.thanks_text, receipt);
  }

  function end(heading, text, receipt) {
    var tick, line;
    isOver = true;
    drop();
    wipe();
    main.className = large.checked ? "message large" : "message";
    main.textContent = "";
    each(document.querySelectorAll("[name=_view]"), function (input) { input.parentNode.removeChild(input); });
    if (receipt) {
      tick = add(main, "p", "\u2713");
      tick.className = "tick";
      tick.setAttribute("aria-hidden", "true");
    }
    line = add(main, "h1", heading);
    add(main, "p", text);
    if (receipt) {
      tick = add(main, "p");
      tick.className = "receipt";
      add(tick, "span", words.receipt);
      add(tick, "b", receipt);
      add(main, "p", words.may_close);
    }
    document.title = heading;
    line.setAttribute("tabindex", "-1");
    line.focus();
    window.scrollTo(0, 0);
  }

  function press(event) {
    event.preventDefault();
    if (large.checked && here !== LAST) { step(1); return; }
    if (isHeld) { return; }
    if (isTrying) { attempt(); } else { begin(words.sending); }
  }

  // Signs of a network: go on at once with what is to be sent.
  function wake(event) {
    if (isOver || draft.s !== "sending" || (request && event.type !== "online")) { return; }
    if (isTrying) { attempt(); } else { begin(); }
  }

  // --- under a flood the server asks for work (FIPS 180-4: SHA-256), done in slices so that the page goes on living ---

  var K = [], H = [];

  function fraction(x) { return (x - Math.floor(x)) * 4294967296 | 0; }
  function turned(x, by) { return x >>> by | x << (32 - by); }

  function primes() {
    for (var n = 2; K.length < 64; n++) {
      for (var d = 2; d * d <= n && n % d; d++) { /* looking for a divisor */ }
      if (d * d > n) {
        if (H.length < 8) { H.push(fraction(Math.sqrt(n))); }
        K.push(fraction(Math.pow(n, 1 / 3)));
      }
    }
  }

  function digest(text) {
    var length = text.length, blocks = (length + 8 >> 6) + 1, data = [], w = [], hash = H.slice(), i, at, v, s, one, two;
    for (i = 0; i < blocks * 16; i++) { data[i] = 0; }
    for (i = 0; i < length; i++) { data[i >> 2] |= text.charCodeAt(i) << (24 - i % 4 * 8); }
    data[length >> 2] |= 128 << (24 - length % 4 * 8);
    data[blocks * 16 - 1] = length * 8;
    for (at = 0; at < data.length; at += 16) {
      v = hash.slice();
      for (i = 0; i < 64; i++) {
        if (i < 16) {
          w[i] = data[at + i];
        } else {
          s = w[i - 15];
          one = turned(s, 7) ^ turned(s, 18) ^ s >>> 3;
          s = w[i - 2];
          two = turned(s, 17) ^ turned(s, 19) ^ s >>> 10;
          w[i] = w[i - 16] + one + w[i - 7] + two | 0;
        }
        s = v[4];
        one = (turned(s, 6) ^ turned(s, 11) ^ turned(s, 25)) + (s & v[5] ^ ~s & v[6]) + v[7] + K[i] + w[i] | 0;
        s = v[0];
        two = (turned(s, 2) ^ turned(s, 13) ^ turned(s, 22)) + (s & v[1] ^ s & v[2] ^ v[1] & v[2]) | 0;
        v.unshift(one + two | 0);
        v[4] = v[4] + one | 0;
        v.pop();
      }
      for (i = 0; i < 8; i++) { hash[i] = hash[i] + v[i] | 0; }
    }
    return hash;
  }

  function prove(challenge, bits) {
    var nonce = 0;
    if (!K.length) { primes(); }
    hands(true, words.sending);
    (function slice() {
      for (var end = Date.now() + 30; Date.now() < end; nonce++) {
        if (!bits || digest(challenge + ":" + nonce)[0] >>> (32 - bits) === 0) {
          work = challenge + ":" + nonce;
          attempt();
          return;
        }
      }
      pause = setTimeout(slice, 0);
    }());
  }

  // --- the beginning ---

  function changed(event) {
    if (event.target.name === "_view") { look(); return; }
    leaveAlone(event.target);
    if (draft.s === "sending" && !isTrying) { draft.s = "editing"; tell(""); hands(false, label); }
    refresh();
    save();
  }

  function still(event) {
    var name = event.target.tagName;
    if (isTrying && (name === "LABEL" || name === "INPUT")) { event.preventDefault(); }
  }

  function said(head) {
    var text = "";
    each(head.childNodes, function (node) { if (node.nodeType === 3) { text += node.nodeValue; } });
    return trimmed(text);
  }

  function gather() {
    each(form.querySelectorAll("[data-item]"), function (box) {
      var comment = box.querySelector(".comment"), head = box.querySelector("legend,.legend");
      items.push({
        id: box.getAttribute("data-item"), box: box, conditions: parsed(box, "data-if"), alone: parsed(box, "data-alone"),
        optional: box.hasAttribute("data-optional"), comment: comment, words: comment && parsed(comment, "data-words"),
        number: items.length + 1, title: said(head),
        notes: (box.tagName === "FIELDSET" ? box : box.querySelector("input,textarea")).getAttribute("aria-describedby"),
        inputs: box.querySelectorAll(comment ? ".o input" : "input,textarea")
      });
    });
  }

  function listen() {
    document.addEventListener("change", changed);
    form.addEventListener("input", function (event) { if (!isChoice(event.target)) { changed(event); } });
    form.addEventListener("click", still, true);
    form.addEventListener("submit", press);
    main.addEventListener("click", follow);
    byId("back").addEventListener("click", function () { step(-1); });
    byId("next").addEventListener("click", function () { step(1); });
    byId("anew").addEventListener("click", anew);
    window.addEventListener("pagehide", save);
    window.addEventListener("online", wake);
    window.addEventListener("pageshow", wake);
    document.addEventListener("visibilitychange", function (event) { if (document.hidden) { save(); } else { wake(event); } });
  }

  function start() {
    var past = history.state && history.state.receipt;
    if (typeof past === "string" && RECEIPT.test(past)) { end(words.thanks, words.thanks_text, past); return; }
    ticket = form.querySelector("[name=_ticket]");
    page = { v: version.value, t: ticket.value };
    draft = { v: page.v, t: page.t, a: {}, s: "editing", u: 0, n: 0, b: Date.now(), body: "" };
    gather();
    if (form.getAttribute("data-bound")) { save(); } else { restore(); }
    try { large.checked = large.checked || localStorage.getItem("surveyapp:view") === "large"; } catch (ignored) { /* it is off */ }
    root.className = "js";
    if (summary || draft.s === "sending") { here = LAST; }
    refresh();
    listen();
    if (summary) { summary.focus(); }
    if (draft.s === "sending") {
      begin(words.resumed);
      state.focus();
    } else if (back) {
      restored.className = "restored";
    }
  }

  document.addEventListener("DOMContentLoaded", start);
}());
