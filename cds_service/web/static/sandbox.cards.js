// Cards as an order-entry popup shows them, what the clinician does with them, and the JSON beside them.

import { byId, element, postJson, replace } from "./sandbox.parts.js";

const TONES = { info: ["i", "For information"], warning: ["!", "Warning"], critical: ["!", "Critical"] };

export function showCards(answer, applyActions) {
  replace(byId("cards"), ...answer.cards.map((card, place) => (answer.shown ??= [])[place] ??= cardView(card, place, answer, applyActions)));
  byId("cards").hidden = !answer.cards.length;
  showWire(answer);
}

// --- one card

function cardView(card, place, answer, applyActions) {
  const [sign, tone] = TONES[card.indicator] ?? TONES.info;
  const heading = `card-${place}`;
  const view = element("article", { class: `card ${card.indicator in TONES ? card.indicator : "info"}`, "aria-labelledby": heading },
    element("p", { class: "tone" },
      element("span", { class: "sign", "aria-hidden": "true" }, sign), element("span", {}, tone),
      card.source.topic?.display && element("span", { class: "topic" }, card.source.topic.display)),
    element("h3", { id: heading }, unbroken(card.summary)));
  if (card.detail) view.append(element("div", { class: "detail" }, ...markdown(unbroken(card.detail))));
  const footer = element("div", { class: "acts" });
  const act = (item, words) => settle(view, footer, item, words, answer);
  if (card.suggestions) footer.append(suggestionForm(card, place, act, applyActions));
  if (card.uuid) footer.append(overrideForm(card, place, act));
  view.append(footer, origin(card));
  return view;
}

function suggestionForm(card, place, act, applyActions) {
  const kind = card.selectionBehavior === "at-most-one" ? "radio" : "checkbox";
  const boxes = card.suggestions.map((suggestion) => {
    const box = element("input", { type: kind, name: `suggestion-${place}` });
    box.checked = Boolean(suggestion.isRecommended);
    return box;
  });
  const rows = card.suggestions.map((suggestion, number) => element("label", { class: "suggestion" }, boxes[number],
    element("span", {}, suggestion.label, suggestion.isRecommended && element("span", { class: "mark" }, "recommended"))));
  const accept = element("button", { type: "submit", class: "primary" });
  const form = element("form", { class: "stack" },
    element("fieldset", { class: "suggestions" }, element("legend", {}, "Suggested orders"), ...rows), accept);
  const count = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    accept.textContent = chosen ? `Accept ${chosen} of ${boxes.length}` : "Accept";
    accept.disabled = !chosen;
  };
  form.addEventListener("change", count);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = card.suggestions.filter((_, number) => boxes[number].checked);
    applyActions(chosen.flatMap((suggestion) => suggestion.actions ?? []));
    const accepted = chosen.filter((suggestion) => suggestion.uuid).map((suggestion) => ({ id: suggestion.uuid }));
    act({ card: card.uuid, outcome: "accepted", acceptedSuggestions: accepted }, `Accepted: ${chosen.map((one) => one.label).join(" · ")}`);
  });
  count();
  return form;
}

function overrideForm(card, place, act) {
  const reasons = card.overrideReasons ?? [];
  const choice = element("select", { id: `reason-${place}` },
    element("option", { value: "" }, "No reason given"),
    ...reasons.map((reason, number) => element("option", { value: String(number) }, reason.display)));
  const comment = element("input", { id: `comment-${place}`, type: "text", autocomplete: "off" });
  const form = element("form", { class: "override" },
    element("div", { class: "stack" }, element("label", { for: `reason-${place}` }, "Reason"), choice),
    element("div", { class: "stack" }, element("label", { for: `comment-${place}` }, "Comment (optional)"), comment),
    element("button", { type: "submit" }, "Dismiss"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = choice.value === "" ? null : reasons[Number(choice.value)];
    const why = {
      ...(reason && { reason: { code: reason.code, system: reason.system } }),
      ...(comment.value.trim() && { userComment: comment.value.trim() }),
    };
    const item = { card: card.uuid, outcome: "overridden", ...(Object.keys(why).length && { overrideReason: why }) };
    act(item, reason ? `Dismissed: ${reason.display}` : "Dismissed");
  });
  const words = card.suggestions ? "Or say why not" : "Say why it does not apply";
  return element("details", { class: "why-not" }, element("summary", {}, words), form);
}

// "T-score" and "1 in 6", which no line breaks.
function unbroken(words) {
  return words.replaceAll("T-score", "T\u2011score").replace(/(\d) in (\d)/g, "$1\u00a0in\u00a0$2");
}

function origin(card) {
  const links = (card.links ?? []).map((link) => outwardLink(link.url, link.label));
  const source = card.source.url ? outwardLink(card.source.url, card.source.label) : card.source.label;
  return element("p", { class: "origin" }, ...links.flatMap((link) => [link, " · "]), "Source: ", source);
}

function outwardLink(url, label) {
  if (!/^https?:\/\//i.test(url)) return document.createTextNode(label);
  return element("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

// --- what was done with a card, told to the service

async function settle(view, footer, item, words, answer) {
  view.classList.add("settled");
  const told = element("p", { class: "settled-words", tabindex: "-1" }, element("strong", {}, words));
  replace(footer, told);
  told.focus();
  const feedback = { feedback: [{ ...item, outcomeTimestamp: new Date().toISOString() }] };
  const { ok, status, error } = item.card ? await postJson(`${answer.url}/feedback`, feedback) : { ok: false, status: 0 };
  const result = sayFeedback(ok, status, error);
  told.append(" ", element("span", { class: "hint" }, result));
  byId("answer-status").textContent = result; // the words themselves have the focus
  answer.feedback = [...(answer.feedback ?? []), { request: feedback, status }];
  showWire(answer);
}

function sayFeedback(ok, status, error) {
  return ok ? "Feedback recorded." : `Feedback was refused (${status || "no answer"}): ${error}`;
}

// --- markdown: paragraphs, bullets and bold; all else stays the text that it is

export function markdown(text) {
  const parts = [];
  let list = null;
  let paragraph = null;
  for (const line of text.split("\n")) {
    const bullet = /^\s*[-*] +(.*)$/.exec(line);
    if (bullet) {
      if (!list) parts.push((list = element("ul", {})));
      list.append(element("li", {}, ...inline(bullet[1])));
      paragraph = null;
    } else if (!line.trim()) {
      paragraph = null;
      list = null;
    } else if (paragraph) {
      paragraph.append(" ", ...inline(line.trim()));
    } else {
      list = null;
      parts.push((paragraph = element("p", {}, ...inline(line.trim()))));
    }
  }
  return parts;
}

function inline(text) {
  return text.split(/(\*\*.+?\*\*)/).filter(Boolean).map((part) => {
    const bold = /^\*\*(.+)\*\*$/.exec(part);
    const words = (bold ? bold[1] : part).replace(/\\([\\`*_{}[\]()#+\-.!<>|~&])/g, "$1")
      .replace(/(\d) %/g, "$1\u00a0%"); // a figure and its sign stay on one line
    return bold ? element("strong", {}, words) : document.createTextNode(words);
  });
}

// --- the wire

function showWire({ url, request, status, milliseconds, body, feedback = [] }) {
  replace(byId("wire"),
    element("h2", {}, "On the wire"),
    wirePart("Request", `POST ${url}`, request, true),
    wirePart("Response", `status ${status || "none"}, ${milliseconds} ms`, body, true),
    ...feedback.map((one) => wirePart("Feedback", `POST ${url}/feedback, status ${one.status || "none"}`, one.request, false)));
}

function wirePart(title, note, document, open) {
  const text = JSON.stringify(document, null, 2);
  const copy = element("button", { type: "button", class: "quiet", "aria-label": `Copy ${title.toLowerCase()}` }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  });
  const part = element("details", {}, element("summary", {}, element("strong", {}, title), " ", element("span", { class: "hint" }, note)),
    copy, element("pre", { tabindex: "0", role: "region", "aria-label": `${title} as JSON` }, text));
  part.open = open;
  return part;
}
