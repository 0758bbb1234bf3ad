(function () {
  "use strict";
  var form = document.getElementById("f");
  if (!form || !form.addEventListener || !form.querySelectorAll || !window.JSON) { return; }
  var key = "surveyapp:" + location.pathname;
  var items = [];
  var button, label, progress, sending = false;

  function each(list, act) { for (var i = 0; i < list.length; i++) { act(list[i], i); } }
  function inputs(box) { return box.querySelectorAll("input,textarea"); }
  function isChoice(input) { return input.type === "radio" || input.type === "checkbox"; }
  function parsed(box, name) { var text = box.getAttribute(name); return text ? JSON.parse(text) : null; }
  function trimmed(text) { return text.replace(/^\s+|\s+$/g, ""); }

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
      var wanted = conditions[id], given = answers[id] || [], held = false;
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
    var words = [], row = null;
    each(item.box.querySelectorAll(".o"), function (option) {
      var code = option.getAttribute("data-code");
      if (codes.indexOf(code) >= 0 && item.words[code]) {
        row = option;
        if (words.indexOf(item.words[code]) < 0) { words.push(item.words[code]); }
      }
    });
    item.comment.hidden = !row;
    if (!row) { return; }
    item.comment.querySelector("label").textContent = words.join(" / ");
    if (row.nextSibling !== item.comment) { row.parentNode.insertBefore(item.comment, row.nextSibling); }
  }

  function refresh() {
    var answers = {}, asked = 0, done = 0;
    each(items, function (item) {
      var shown = !item.conditions || holds(item.conditions, answers);
      item.box.hidden = !shown;
      if (!shown) { return; }
      var codes = answers[item.id] = answer(item);
      asked += 1;
      if (codes.length) { done += 1; }
      if (item.comment) { placeComment(item, codes); }
    });
    progress.textContent = form.getAttribute("data-progress").replace("{0}", done).replace("{1}", asked);
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

  // The draft lives as long as this tab. It keeps the ticket too: answers that arrived once are known when sent again.
  function save() {
    var kept = {};
    each(form.elements, function (input) {
      if (!input.name || input.name.charAt(0) === "_") { return; }
      if (isChoice(input) ? input.checked : input.value) { (kept[input.name] = kept[input.name] || []).push(input.value); }
    });
    try {
      sessionStorage.setItem(key, JSON.stringify({ v: form.elements._version.value, t: form.elements._ticket.value, a: kept }));
    } catch (ignored) { /* storage is off or full */ }
  }

  function restore() {
    var draft = null;
    try { draft = JSON.parse(sessionStorage.getItem(key)); } catch (ignored) { /* storage is off */ }
    if (!draft || draft.v !== form.elements._version.value) { return; }
    form.elements._ticket.value = draft.t;
    each(form.elements, function (input) {
      if (!input.name || input.name.charAt(0) === "_") { return; }
      var kept = draft.a[input.name] || [];
      if (isChoice(input)) { input.checked = kept.indexOf(input.value) >= 0; } else { input.value = kept[0] || ""; }
    });
  }

  function ready() { sending = false; button.textContent = label; button.removeAttribute("aria-disabled"); }

  function send(event) {
    if (sending) { event.preventDefault(); return; }
    save();
    sending = true;
    button.textContent = form.getAttribute("data-sending");
    button.setAttribute("aria-disabled", "true");
    setTimeout(ready, 8000);
  }

  function changed(event) { leaveAlone(event.target); refresh(); save(); }

  function start() {
    button = document.getElementById("send");
    label = button.textContent;
    progress = document.getElementById("progress");
    each(form.querySelectorAll("[data-item]"), function (box) {
      var comment = box.querySelector(".comment");
      items.push({
        id: box.getAttribute("data-item"), box: box, conditions: parsed(box, "data-if"), alone: parsed(box, "data-alone"),
        comment: comment, words: comment && parsed(comment, "data-words"),
        inputs: comment ? box.querySelectorAll(".o input") : inputs(box)
      });
    });
    if (form.getAttribute("data-bound")) { save(); } else { restore(); }
    document.documentElement.className = "js";
    refresh();
    form.addEventListener("change", changed);
    form.addEventListener("input", function (event) { if (!isChoice(event.target)) { changed(event); } });
    form.addEventListener("submit", send);
    window.addEventListener("pageshow", ready);
    var summary = document.getElementById("summary");
    if (summary) { summary.focus(); }
  }

  document.addEventListener("DOMContentLoaded", start);
}());
