// Cards as an order-entry popup shows them, what the clinician does with them, and the JSON next to them.

import { byId, element, postJson, replace } from "./sandbox.parts.js";

const TONES = { info: ["i", "For information"], warning: ["!", "Warning"], critical: ["!", "Critical"] };

export function showCards(answer) {
  answer.tellAccepted = () => tellAccepted(answer);
  replace(byId("cards"), ...answer.cards.map((card, place) => (answer.shown ??= [])[place] ??= cardOrNone(card, place, answer)));
  byId("cards").hidden = !answer.cards.length;
  showWire(answer);
}

// The suggestions that are ticked on cards that were not dismissed, each with its card.
export function tickedIn(answer) {
  return answer.cards.flatMap((card, place) =>
    answer.settled.has(place) ? [] : [...(answer.ticks.get(place) ?? [])].map((number) => ({ card, place, suggestion: card.suggestions[number] })));
}

// --- one card

function cardOrNone(card, place, answer) {
  const { cards, title } = answer.limits;
  if (cards === null || place < cards) return cardView(card, place, answer);
  return element("p", { class: "notice" }, `${title} shows ${cards} of these cards: “${card.summary}” would not be seen.`);
}

function cardView(card, place, answer) {
  const [sign, tone] = TONES[card.indicator] ?? TONES.info;
  const heading = `card-${place}`;
  const view = element("article", { class: `card ${card.indicator in TONES ? card.indicator : "info"}`, "aria-labelledby": heading },
    element("p", { class: "tone" },
      element("span", { class: "sign", "aria-hidden": "true" }, sign), element("span", {}, tone),
      card.source.topic?.display && element("span", { class: "topic" }, card.source.topic.display)),
    element("h3", { id: heading }, unbroken(cutTo(card.summary, answer.limits.summaryLength))));
  if (card.detail) view.append(element("div", { class: "detail" }, ...detailParts(card.detail, answer.limits.detail)));
  const footer = element("div", { class: "acts" });
  if (card.suggestions) footer.append(suggestionList(card, place, answer));
  if (card.uuid) footer.append(overrideForm(card, place, answer, view, footer));
  view.append(footer, origin(card));
  return view;
}

function cutTo(words, length) {
  return length !== null && words.length > length ? `${words.slice(0, length)}…` : words;
}

function detailParts(text, form) {
  return form === "plain" ? text.split("\n").map((line) => element("p", {}, line)) : markdown(unbroken(text));
}

function suggestionList(card, place, answer) {
  const kind = card.selectionBehavior === "at-most-one" ? "radio" : "checkbox";
  const boxes = card.suggestions.map((suggestion) => {
    const box = element("input", { type: kind, name: `suggestion-${place}` });
    box.checked = Boolean(suggestion.isRecommended);
    return box;
  });
  const words = (suggestion) => (answer.limits.shown === "description" && suggestion.actions?.[0]?.description) || suggestion.label;
  const rows = card.suggestions.map((suggestion, number) => element("label", { class: "suggestion" }, boxes[number],
    element("span", {}, words(suggestion), suggestion.isRecommended && element("span", { class: "mark" }, "recommended"))));
  const count = () => answer.ticks.set(place, new Set(boxes.flatMap((box, number) => (box.checked ? [number] : []))));
  const list = element("fieldset", { class: "suggestions" }, element("legend", {}, "Suggested orders: those ticked are signed"), ...rows);
  list.addEventListener("change", () => {
    count();
    answer.isTouched = true;
    answer.changed();
  });
  count();
  return list;
}

function overrideForm(card, place, answer, view, footer) {
  const reasons = answer.limits.reasons === "dropped" ? [] : card.overrideReasons ?? [];
  const choice = element("select", { id: `reason-${place}` },
    element("option", { value: "" }, "No reason given"),
    ...reasons.map((reason, number) => element("option", { value: String(number) }, reason.display)));
  const comment = element("input", { id: `comment-${place}`, type: "text", autocomplete: "off" });
  const form = element("form", { class: "override" },
    element("div", { class: "stack" }, element("label", { for: `reason-${place}` }, "Reason"), choice),
    answer.takesComments
      ? element("div", { class: "stack" }, element("label", { for: `comment-${place}` }, "Comment (optional)"), comment)
      : element("p", { class: "hint" }, "This site keeps no comments: a reason alone is recorded."),
    element("button", { type: "submit" }, "Dismiss"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const ticked = answer.ticks.get(place)?.size ?? 0;
    if (ticked && !window.confirm(`${ticked} ticked ${ticked === 1 ? "order" : "orders"} of this message would not be signed. Dismiss it?`)) return;
    const reason = choice.value === "" ? null : reasons[Number(choice.value)];
    const why = {
      ...(reason && { reason: { code: reason.code, system: reason.system } }),
      ...(comment.value.trim() && { userComment: comment.value.trim() }),
    };
    const item = { card: card.uuid, outcome: "overridden", ...(Object.keys(why).length && { overrideReason: why }) };
    answer.settled.add(place);
    answer.changed();
    settle(view, footer, item, reason ? `Dismissed: ${reason.display}` : "Dismissed", answer);
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
  const { ok, status, error } = await tell([item], answer);
  const result = answer.limits.feedback ? sayFeedback(ok, status, error) : `${answer.limits.title} sends no feedback.`;
  told.append(" ", element("span", { class: "hint" }, result));
  byId("answer-status").textContent = result; // the words themselves have the focus
  showWire(answer);
}

// What is ticked when the orders are signed; returns why it could not be told, or nothing.
async function tellAccepted(answer) {
  const places = new Set(tickedIn(answer).map((one) => one.place));
  const items = [...places].map((place) => ({
    card: answer.cards[place].uuid,
    outcome: "accepted",
    acceptedSuggestions: tickedIn(answer).filter((one) => one.place === place && one.suggestion.uuid).map((one) => ({ id: one.suggestion.uuid })),
  }));
  if (!items.length) return "";
  const { ok, status, error } = await tell(items, answer);
  return ok ? "" : sayFeedback(ok, status, error);
}

async function tell(items, answer) {
  if (!answer.limits.feedback) return { ok: true, status: 0 };
  const outcomeTimestamp = new Date().toISOString();
  const feedback = { feedback: items.filter((item) => item.card).map((item) => ({ ...item, outcomeTimestamp })) };
  const told = await postJson(answer.feedbackUrl, feedback);
  answer.feedback = [...(answer.feedback ?? []), { request: feedback, status: told.status }];
  return told;
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

function showWire({ url, feedbackUrl, request, status, milliseconds, body, feedback = [] }) {
  replace(byId("wire"),
    element("h2", {}, "On the wire"),
    wirePart("Request", `POST ${url}`, request, true),
    wirePart("Response", `status ${status || "none"}, ${milliseconds} ms`, body, true),
    ...feedback.map((one) => wirePart("Feedback", `POST ${feedbackUrl}, status ${one.status || "none"}`, one.request, false)));
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
