// What if: sliders next to the numbers, and the answer without leaving the page. Without this script the form does the same.
// Of a discharge, its lines to the clipboard. Without this script they are marked and copied by hand.
"use strict";

const form = document.querySelector(".what-if form");
const shown = document.getElementById("trial");
let asked = 0;

async function ask() {
  const turn = ++asked;
  const body = new URLSearchParams(new FormData(form));
  body.set("part", "1");
  let text = "<p class=\"notice\" role=\"alert\">It could not be computed. Load the page again.</p>";
  try {
    const answer = await fetch(location.pathname, { method: "POST", body, credentials: "omit", cache: "no-store" });
    if (answer.ok) text = await answer.text();
  } catch {
    // said above
  }
  if (turn === asked) shown.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
}

if (form) {
  for (const slider of form.querySelectorAll("input[type=range]")) {
    const number = slider.parentElement.querySelector("input[type=number]");
    const follow = () => { slider.value = number.value === "" ? (Number(slider.min) + Number(slider.max)) / 2 : number.value; };
    follow();
    slider.hidden = false;
    slider.addEventListener("input", () => { number.value = slider.value; });
    number.addEventListener("input", follow);
  }
  form.addEventListener("change", ask);
  form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
  // A page that came from the form itself holds a trial: the record's values are those that the page says.
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const field of form.querySelectorAll("[data-record]")) field.value = field.dataset.record;
    for (const number of form.querySelectorAll("input[type=number]")) number.dispatchEvent(new Event("input"));
    asked += 1;
    shown.replaceChildren();
  });
}

const copy = document.getElementById("copy-letter");

if (copy) {
  const letter = document.getElementById("letter-text");
  const copied = document.getElementById("letter-copied");
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    letter.select();
    try {
      await navigator.clipboard.writeText(letter.value);
      copied.textContent = "Copied.";
    } catch {
      copied.textContent = "Marked: copy it with the keyboard.";
    }
  });
}
