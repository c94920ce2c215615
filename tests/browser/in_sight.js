// Whether what a person presses lies inside the window and inside every box that scrolls, as it stands.
(element) => {
  const own = element.getBoundingClientRect();
  const inside = (box) =>
    own.top >= box.top && own.bottom <= box.bottom && own.left >= box.left && own.right <= box.right;
  if (!own.height || !inside({ top: 0, left: 0, bottom: innerHeight, right: innerWidth })) return false;
  for (let one = element.parentElement; one; one = one.parentElement)
    if (getComputedStyle(one).overflowY !== "visible" && !inside(one.getBoundingClientRect())) return false;
  return true;
}
