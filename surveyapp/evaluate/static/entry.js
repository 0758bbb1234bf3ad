// Typing a questionnaire with one key an answer: by an interviewer on the telephone, or from a paper copy.
(function () {
  "use strict";
  var form = document.querySelector("form[data-entry]");
  if (!form) { return; }
  document.documentElement.classList.add("js");

  var progress = form.querySelector(".progress-words");
  var save = form.querySelector("[data-save]");
  var isDirty = false;

  function all(selector, root) { return Array.prototype.slice.call(root.querySelectorAll(selector)); }
  function parsed(text) { return text ? JSON.parse(text) : null; }

  var lines = all("[data-item]", form).map(function (box) {
    var words = box.querySelector(".aside-words");
    return {
      id: box.dataset.item, box: box, conditions: parsed(box.dataset.if), alone: parsed(box.dataset.alone),
      choices: all(".pill input", box), words: words, passed: false,
      text: box.querySelector(".given > textarea, .given > .figure-field input"),
      comment: box.querySelector(".aside-words input"), anew: all("[data-anew]", box)
    };
  });

  // --- what is asked -------------------------------------------------------------------------------------------

  function answer(line) {
    if (line.text) { return line.text.value.trim() ? [line.text.value.trim()] : []; }
    return line.choices.filter(function (one) { return one.checked && one.value; }).map(function (one) { return one.value; });
  }

  function within(value, limits) {
    var x = value === undefined ? NaN : Number(value.replace(/,/g, ""));
    return !isNaN(x) && !(x < limits.at_least || x <= limits.above || x > limits.at_most || x >= limits.below);
  }

  function holds(conditions, answers) {
    return Object.keys(conditions).every(function (id) {
      var wanted = conditions[id], given = answers[id] || [];
      if (!Array.isArray(wanted)) { return within(given[0], wanted); }
      return given.some(function (code) { return wanted.indexOf(code) >= 0; });
    });
  }

  function refresh() {
    var answers = {}, asked = 0, done = 0;
    lines.forEach(function (line) {
      line.box.hidden = Boolean(line.conditions) && !holds(line.conditions, answers);
      if (line.box.hidden) { return; }
      answers[line.id] = answer(line);
      asked += 1;
      if (answers[line.id].length || line.passed || line.choices.some(function (one) { return one.checked; })) { done += 1; }
      if (line.words) { placeWords(line); }
      if (line.anew.length) { line.box.classList.toggle("renewed", line.choices.some(function (one) { return one.checked && one.dataset.opens; })); }
    });
    if (progress && form.dataset.progress) {
      progress.textContent = form.dataset.progress.replace("{0}", done).replace("{1}", asked);
    }
  }

  function placeWords(line) {
    var asking = line.choices.filter(function (one) { return one.checked && one.dataset.asks; });
    line.words.hidden = !asking.length;
    if (asking.length) {
      line.words.querySelector("label").textContent = asking.map(function (one) { return one.dataset.asks; }).join(" / ");
    }
  }

  function leaveAlone(line, input) {
    if (!line.alone || !input.checked || input.type !== "checkbox") { return; }
    var isAlone = line.alone.indexOf(input.value) >= 0;
    line.choices.forEach(function (other) {
      if (other !== input && (isAlone || line.alone.indexOf(other.value) >= 0)) { other.checked = false; }
    });
  }

  // --- going about ---------------------------------------------------------------------------------------------

  function shown() { return lines.filter(function (line) { return !line.box.hidden; }); }

  function target(line) {
    return line.text || line.choices.filter(function (one) { return one.checked; })[0] || line.choices[0];
  }

  function enter(line) {
    var field = target(line);
    field.focus({ preventScroll: true });
    if (field === line.text && field.select) { field.select(); }
    line.box.scrollIntoView({ block: "nearest" });
  }

  function goOn(line) {
    line.passed = true;
    refresh();
    var asked = shown(), next = asked[asked.indexOf(line) + 1];
    if (next) { enter(next); } else { save.focus(); }
  }

  function goBack(line) {
    var asked = shown(), place = asked.indexOf(line);
    if (place > 0) { enter(asked[place - 1]); }
  }

  function lineOf(element) {
    var box = element.closest ? element.closest("[data-item]") : null;
    return lines.filter(function (line) { return line.box === box; })[0];
  }

  // --- keys ----------------------------------------------------------------------------------------------------

  function pressed(event) {
    // an input method may hide the letter behind "Process"
    if (event.key.length === 1) { return event.key.toUpperCase(); }
    var found = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.key === "Process" ? event.code : "");
    return found ? found[1] : event.key;
  }

  function choiceOf(line, key) {
    var named = line.choices.filter(function (one) { return one.dataset.key === key; })[0];
    if (named || !/^[1-9]$/.test(key)) { return named; }
    var lettered = line.choices.filter(function (one) { return /^[A-Z]$/.test(one.dataset.key || ""); });
    return lettered[Number(key) - 1];
  }

  function clear(line) {
    line.choices.forEach(function (one) { one.checked = false; });
    if (line.comment) { line.comment.value = ""; }
    refresh();
  }

  function leaveBlank(line) {
    clear(line);
    var blank = line.choices.filter(function (one) { return one.value === ""; })[0];
    if (blank) { blank.checked = true; }
    goOn(line);
  }

  function choose(line, input) {
    input.checked = input.type === "checkbox" ? !input.checked : true;
    leaveAlone(line, input);
    isDirty = true;
    refresh();
    if (input.type === "checkbox") { input.focus({ preventScroll: true }); return; }
    afterChoice(line, input);
  }

  function afterChoice(line, input) {
    var anew = line.anew.length && input.dataset.opens ? line.anew[0] : null;
    if (anew) { anew.focus(); return; }
    if (line.words && !line.words.hidden) { line.comment.focus(); return; }
    goOn(line);
  }

  function choosing(event, line) {
    var key = pressed(event), input = choiceOf(line, key);
    if (event.repeat && key !== "ArrowUp" && key !== "ArrowDown") { event.preventDefault(); return; }
    if (input) { choose(line, input); }
    else if (key === " " || key === "0") { leaveBlank(line); }
    else if (key === "ArrowUp" || key === "Backspace") { goBack(line); }
    else if (key === "ArrowDown") { goOn(line); }
    else if (key === "Enter") { if (line.words && !line.words.hidden) { line.comment.focus(); } else { goOn(line); } }
    else if (key === "Escape") { clear(line); }
    else { return; }
    event.preventDefault();
  }

  function typing(event, line) {
    var field = event.target, key = event.key, isComment = field === line.comment, isAtStart = !field.selectionEnd;
    if (key === "Enter" && !event.shiftKey) { goOn(line); }
    else if (key === "Escape") { field.value = ""; refresh(); }
    else if ((key === "Backspace" && !field.value) || (key === "ArrowUp" && (isAtStart || field.tagName === "INPUT"))) {
      if (isComment || line.anew.length) { target(line).focus(); } else { goBack(line); }
    }
    else if (key === "ArrowDown" && field.tagName === "INPUT") { goOn(line); }
    else { return; }
    event.preventDefault();
  }

  function aboutTheCopy(event) {
    var field = event.target;
    if (field === save) {
      if (event.key === "ArrowUp" || event.key === "Backspace") { enter(shown().pop()); event.preventDefault(); }
    } else if (event.key === "Enter" && (field.tagName === "INPUT" || field.tagName === "SELECT")) {
      // a scanner or a clerk ends a field with Enter; that must not send the page
      var fields = all(".copy-head input:not([type=hidden]), .copy-head select", form), next = fields[fields.indexOf(field) + 1];
      if (next && next.tagName === "INPUT") { next.focus(); } else if (lines.length) { enter(lines[0]); }
      event.preventDefault();
    }
  }

  function isText(field) { return field.tagName === "TEXTAREA" || (field.tagName === "INPUT" && field.type === "text"); }

  form.addEventListener("keydown", function (event) {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) { return; }
    var line = lineOf(event.target);
    if (!line) { aboutTheCopy(event); }
    else if (isText(event.target)) { typing(event, line); }
    else if (line.choices.indexOf(event.target) >= 0) { choosing(event, line); }
    else if (event.key === "Enter") { goOn(line); event.preventDefault(); }
  });

  form.addEventListener("change", function (event) {
    var line = lineOf(event.target);
    isDirty = true;
    if (line) { leaveAlone(line, event.target); }
    refresh();
  });

  form.addEventListener("input", function (event) {
    var line = lineOf(event.target);
    isDirty = true;
    if (line && line.anew.indexOf(event.target) >= 0) {
      line.choices.forEach(function (one) { if (one.dataset.opens) { one.checked = true; } });
    }
  });

  // --- sending -------------------------------------------------------------------------------------------------

  var isSending = false;
  form.addEventListener("submit", function (event) {
    if (isSending) { event.preventDefault(); return; }
    isSending = true;
    isDirty = false;
  });
  window.addEventListener("pageshow", function () { isSending = false; });
  window.addEventListener("beforeunload", function (event) { if (isDirty) { event.preventDefault(); } });

  var begin = document.querySelector("[data-begin]");
  if (begin) { begin.addEventListener("click", function (event) { event.preventDefault(); enter(lines[0]); lines[0].box.scrollIntoView({ block: "start" }); }); }

  refresh();
  var wrong = form.querySelector(".line.bad") || document.getElementById("summary");
  var first = form.querySelector("[data-first]");
  if (wrong) { if (lineOf(wrong)) { enter(lineOf(wrong)); } else { wrong.focus(); } }
  else if (form.querySelector("[aria-invalid]")) { form.querySelector("[aria-invalid]").select(); }
  else if (first && !first.value) { first.focus(); }
  else if (form.hasAttribute("data-at-once") && lines.length) { enter(lines[0]); }
}());
