// Pixels by which anything but a scrolling box is wider than the window, or a table than its panel.
() => {
  const right = (one) => Math.ceil(one.getBoundingClientRect().right);
  const seen = (names) => [...document.querySelectorAll(names)].filter((one) => one.checkVisibility());
  return Math.max(document.documentElement.scrollWidth - innerWidth,
    ...seen(".panel, .popup, .card, .cards, #wire").map((one) => right(one) - innerWidth),
    ...seen(".panel table:not(.scroll table)").map((one) => right(one) - right(one.closest(".panel"))));
}
