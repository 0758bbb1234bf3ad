// Keeps the chosen file in this page, so that it can be sent a second time without being chosen again. Without this
// script the page asks for it once more.
(function () {
  "use strict";
  if (!window.fetch || !window.DOMParser || !window.FormData) return;
  var kept = null;

  function hand(form) {
    var input = form.querySelector("input[type=file]");
    if (!kept || !input || input.files.length) return;
    try {
      var transfer = new DataTransfer();
      transfer.items.add(kept);
      input.files = transfer.files;
    } catch (error) { return; }
    var block = input.closest(".again");
    if (block && input.files.length) block.hidden = true;
  }

  function show(text, form) {
    var page = new DOMParser().parseFromString(text, "text/html");
    var fresh = page.getElementById("import") || page.getElementById("main");
    var old = document.getElementById("import");
    if (!fresh || !old) { form.submit(); return; }
    old.replaceWith(document.adoptNode(fresh));
    listen();
    window.scrollTo(0, 0);
    var heading = document.querySelector("#import h2, #import [role=alert]");
    if (heading) { heading.tabIndex = -1; heading.focus(); }
  }

  function send(event) {
    var form = event.target;
    var button = event.submitter || document.activeElement;
    if (button && button.hasAttribute && button.hasAttribute("formaction")) return;
    var input = form.querySelector("input[type=file]");
    kept = (input && input.files[0]) || kept;
    if (!kept) return;
    event.preventDefault();
    var body = new FormData(form);
    body.set("file", kept, kept.name);
    form.classList.add("busy");
    form.setAttribute("aria-busy", "true");
    fetch(form.action, { method: "POST", body: body, credentials: "same-origin" }).then(function (response) {
      if (response.redirected) { location.assign(response.url); return null; }
      return response.text().then(function (text) { show(text, form); });
    }).catch(function () { form.submit(); });
  }

  function listen() {
    document.querySelectorAll("#import form").forEach(function (form) {
      hand(form);
      form.addEventListener("submit", send);
    });
  }

  listen();
})();
