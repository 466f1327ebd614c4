(function () {
  "use strict";
  var box = document.getElementById("find");
  var said = document.getElementById("found");
  var words = document.getElementById("find-words");
  var kind = document.getElementById("find-group");
  var groups = [].slice.call(document.querySelectorAll(".group"));
  var names = {};
  [].forEach.call(document.querySelectorAll(".names a"), function (link) {
    names[link.hash.slice(1)] = link.parentNode;
  });
  var drugs = [];
  groups.forEach(function (group) {
    [].forEach.call(group.querySelectorAll(".drug"), function (drug) {
      var text = drug.firstElementChild.textContent.toLowerCase();
      drugs.push({ group: group, drug: drug, name: names[drug.id], text: text });
    });
  });
  function show(node, yes) {
    if (node) node.classList.toggle("off", !yes);
  }
  function apply() {
    var wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    var full = {};
    drugs.forEach(function (item) {
      var fits = !kind.value || kind.value === item.group.id;
      fits = fits && wanted.every(function (word) { return item.text.indexOf(word) >= 0; });
      show(item.drug, fits);
      show(item.name, fits);
      if (fits) { shown += 1; full[item.group.id] = true; }
    });
    groups.forEach(function (group) {
      show(group, full[group.id]);
      show(document.getElementById("glance-" + group.id), full[group.id]);
    });
    var all = shown === drugs.length;
    said.textContent = all ? "" : said.dataset.words.replace("{shown}", shown).replace("{total}", drugs.length);
  }
  function reveal() {
    var target = document.getElementById(location.hash.slice(1));
    if (!target || !target.closest(".off")) return;
    words.value = kind.value = "";
    apply();
    target.scrollIntoView();
  }
  words.addEventListener("input", apply);
  kind.addEventListener("change", apply);
  window.addEventListener("hashchange", reveal);
  box.hidden = false;
  apply();
})();
