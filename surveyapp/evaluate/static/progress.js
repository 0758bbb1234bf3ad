// Asks for the page again after a while, only while somebody looks at it and is not filling anything in.
(function () {
  "use strict";
  var live = document.getElementById("live");
  var seconds = live ? Number(live.getAttribute("data-refresh")) : 0;
  if (!seconds) return;
  function isBusy() {
    var at = document.activeElement;
    return document.hidden || (at && /^(INPUT|SELECT|TEXTAREA|BUTTON|SUMMARY)$/.test(at.tagName));
  }
  setInterval(function () { if (!isBusy()) location.reload(); }, seconds * 1000);
})();
