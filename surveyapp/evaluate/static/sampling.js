// Looks at a chosen file without leaving the page, so that it need not be chosen again; everything works without this script.
(function () {
  "use strict";
  document.documentElement.classList.add("scripted");

  function tidy() {
    document.querySelectorAll("[data-without-script]").forEach(function (one) { one.hidden = true; });
  }

  function look(form) {
    var looked = document.getElementById("looked");
    looked.classList.add("busy");
    looked.setAttribute("aria-busy", "true");
    return fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" })
      .then(function (answer) {
        if (answer.redirected || !answer.headers.get("Content-Type").startsWith("text/html")) throw new Error("not a page");
        return answer.text();
      })
      .then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html").getElementById("looked");
        if (!fresh) throw new Error("another page");
        var focused = document.activeElement && document.activeElement.id;
        looked.replaceWith(fresh);
        tidy();
        var again = focused && document.getElementById(focused);
        if (again) again.focus();
      })
      .catch(function () { form.dataset.looks = "no"; form.submit(); });
  }

  document.addEventListener("submit", function (event) {
    var form = event.target, button = event.submitter;
    if (form.dataset.looks !== undefined && form.dataset.looks !== "no" && button && button.dataset.look !== undefined) {
      event.preventDefault();
      if (form.reportValidity()) look(form);
    } else if (button && button.dataset.once) {
      // the answer is a download: the page stays, and a second press would issue once more
      setTimeout(function () {
        button.disabled = true;
        var told = document.createElement("p");
        told.className = "note good";
        told.setAttribute("role", "status");
        told.textContent = button.dataset.once;
        button.parentNode.insertAdjacentElement("afterend", told);
      }, 0);
    }
  });

  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (!form || form.dataset.looks === undefined || form.dataset.looks === "no") return;
    var file = form.querySelector("input[type=file]");
    if (file.files.length && (event.target === file || event.target.dataset.relook !== undefined)) look(form);
  });
})();
