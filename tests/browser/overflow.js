// Pixels by which anything but a scrolling box is wider than the window.
() => Math.max(document.documentElement.scrollWidth - innerWidth,
  ...[...document.querySelectorAll(".panel, .popup, .card, .cards, #wire")].filter((one) => one.checkVisibility())
    .map((one) => Math.ceil(one.getBoundingClientRect().right) - innerWidth))
