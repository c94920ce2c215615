// Small parts of the sandbox page: building the document, orders in words, calls in JSON.

export function byId(id) {
  return document.getElementById(id);
}

export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children.filter(Boolean)); // strings become text nodes
  return made;
}

export function replace(parent, ...children) {
  parent.replaceChildren(...children);
}

export function reference(resource) {
  return `${resource.resourceType}/${resource.id}`;
}

export function describeOrder(order) {
  const concept = order.code ?? order.codeCodeableConcept ?? {};
  const coding = concept.coding?.[0] ?? {};
  const sites = (order.bodySite ?? []).map((site) => site.text).filter(Boolean);
  const { start, end } = order.occurrencePeriod ?? {};
  const isTimed = order.resourceType === "DeviceRequest" || coding.code === "bed-rest";
  const until = end ? `until ${sayDay(end)}` : "no end date";
  const notes = [
    ...(concept.text && sites.every((site) => concept.text.includes(site)) ? [] : sites),
    start && `from ${sayDay(start)}`,
    (isTimed || end) && until,
  ];
  return { name: concept.text || coding.display || coding.code || order.resourceType, note: notes.filter(Boolean).join(", ") };
}

function sayDay(text) {
  const day = new Date(`${text.slice(0, 10)}T12:00:00Z`);
  return Number.isNaN(day.valueOf()) ? text : day.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}

// A call that always comes back: { ok, status, milliseconds, body, error }, the error in words for people.
export async function postJson(url, document) {
  const started = performance.now();
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(document),
    });
    const milliseconds = Math.round(performance.now() - started);
    const text = await response.text();
    const body = text ? JSON.parse(text) : {};
    return { ok: response.ok, status: response.status, milliseconds, body, error: response.ok ? "" : outcomeText(body) };
  } catch (fault) {
    const error = fault instanceof SyntaxError ? "The answer is not JSON." : "The service cannot be reached.";
    return { ok: false, status: 0, milliseconds: Math.round(performance.now() - started), body: {}, error };
  }
}

function outcomeText(body) {
  const issues = Array.isArray(body.issue) ? body.issue : [];
  return issues.map((issue) => issue.details?.text).filter(Boolean).join(" ") || "No reason was given.";
}
