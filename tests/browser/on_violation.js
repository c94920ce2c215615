document.addEventListener("securitypolicyviolation",
  (event) => console.error("blocked by policy: " + event.violatedDirective));
