// Controls without a name that a screen reader could say.
() => [...document.querySelectorAll("button, input, select, a[href], summary, fieldset")]
  .filter((element) => element.checkVisibility() && !element.getAttribute("aria-label")
    && ![...(element.labels ?? [])].some((label) => label.textContent.trim())
    && !(element.matches("button, a, summary") && element.textContent.trim())
    && !(element.matches("fieldset") && element.querySelector("legend")))
  .map((element) => element.outerHTML)
