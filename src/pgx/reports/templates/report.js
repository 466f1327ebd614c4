(function () {
  "use strict";
  var box = document.getElementById("find");
  var said = document.getElementById("found");
  var words = document.getElementById("find-words");
  var classes = [].slice.call(document.querySelectorAll(".class,.group"));
  var drugs = [];
  classes.forEach(function (part) {
    [].forEach.call(part.querySelectorAll(".drug"), function (drug) {
      var text = drug.firstElementChild.textContent + " " + drug.dataset.find;
      var title = part.firstElementChild.textContent;
      drugs.push({ part: part, drug: drug, text: (text + " " + title).toLowerCase() });
    });
  });
  var searched = false;
  function show(node, yes) {
    if (node) node.classList.toggle("off", !yes);
  }
  function apply() {
    var wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    drugs.forEach(function (item) {
      item.fits = wanted.every(function (word) { return item.text.indexOf(word) >= 0; });
      show(item.drug, item.fits);
      if (item.fits) shown += 1;
    });
    classes.forEach(function (part) {
      var fits = drugs.some(function (item) { return item.part === part && item.fits; });
      show(part, fits);
      // a drug that is found has to be seen: its group opens with the search and closes after it
      if (part.tagName === "DETAILS" && (wanted.length || searched)) part.open = wanted.length > 0 && fits;
    });
    said.textContent = wanted.length ? said.dataset.words.replace("{shown}", shown).replace("{total}", drugs.length) : "";
    if (wanted.length && !searched) document.getElementById("recommendations").scrollIntoView();
    searched = wanted.length > 0;
  }
  function reveal() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest(".off")) {
      words.value = "";
      apply();
    }
    for (var node = target; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
    target.scrollIntoView();
  }
  words.addEventListener("input", apply);
  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) reveal();
    var button = event.target.closest && event.target.closest("button.copy");
    if (button && navigator.clipboard) {
      navigator.clipboard.writeText(button.previousElementSibling.textContent).then(function () {
        button.textContent = button.dataset.done;
      });
    }
  });
  box.hidden = false;
  reveal();
})();
