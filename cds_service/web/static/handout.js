// Prints the page. Nothing that is typed on it leaves the browser.
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
document.querySelector("form.who").addEventListener("submit", (event) => event.preventDefault());
