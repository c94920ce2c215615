// The sandbox page: an EHR's order entry in small. Texts of cards and records only ever become text nodes.

import { showCards, tickedIn } from "./sandbox.cards.js";
import { byId, describeOrder, element, postJson, reference, replace } from "./sandbox.parts.js";

const CALL = document.body.dataset.call;
const FEEDBACK = document.body.dataset.feedback;
const LEAVING = document.body.dataset.leaving;
const SAMPLES = document.body.dataset.samples; // the server whose patients can be operated on
const LIMITS = JSON.parse(document.body.dataset.limits); // of the EHR that the page plays
const USER = "Practitioner/sample-surgeon";
const WIDE = window.matchMedia("(min-width: 60rem)"); // as in sandbox.css: room for the JSON next to the cards
const state = { patient: null, drafts: [], signed: [], choices: null, answer: null };

// --- 1 patient

function server() {
  return byId("server").value || byId("address").value.trim();
}

async function findPatients() {
  choosePatient(null);
  replace(byId("patients"));
  if (!server()) {
    byId("patients-status").textContent = "Type the server's address first.";
    byId("address").focus();
    return;
  }
  byId("patients-status").textContent = "Asking the server …";
  const from = server();
  const { ok, body, error } = await postJson("/sandbox/patients", { server: from, find: byId("find").value.trim() });
  const found = ok ? body.patients.map((patient) => ({ ...patient, server: from })) : [];
  byId("patients-status").textContent = error || body.note || `${found.length} ${found.length === 1 ? "patient" : "patients"}`;
  replace(byId("patients"), ...found.map(patientChoice));
}

function patientChoice(patient) {
  const radio = element("input", { type: "radio", name: "patient", value: patient.id });
  radio.addEventListener("change", () => {
    if (mayLeaveAnswer()) choosePatient(patient);
    else radio.checked = false;
  });
  radio.addEventListener("click", (event) => event.detail && moveOn("record-heading")); // not by arrow keys
  return element("label", { class: "patient" }, radio,
    element("span", {}, element("strong", {}, patient.title), element("span", { class: "story" }, patient.story)));
}

// Ticks of an answer that was not signed are lost only if the user says so.
function mayLeaveAnswer() {
  const count = state.answer?.isTouched ? tickedIn(state.answer).length : 0;
  return !count || window.confirm(`${count} ticked ${count === 1 ? "order was" : "orders were"} not signed. Leave ${count === 1 ? "it" : "them"}?`);
}

function moveOn(id) {
  if (!WIDE.matches) byId(id).scrollIntoView({ block: "start" });
}

function startOver() {
  if (!mayLeaveAnswer()) return;
  byId("order").reset();
  byId("find").value = "";
  showOrderForm();
  findPatients();
  byId("find").focus();
}

function choosePatient(patient) {
  state.patient = patient;
  state.drafts = [];
  state.signed = [];
  state.answer = null;
  byId("again").hidden = true;
  byId("leave").hidden = true;
  byId("status").textContent = "";
  byId("sample-orders").hidden = !patient?.draftOrders;
  const words = patient ? [element("strong", {}, patient.title), element("span", {}, patient.story)] : ["No patient chosen."];
  replace(byId("banner"), ...words);
  showDrafts();
  showRecord(patient);
}

// --- 2 record

let reading = 0;

async function showRecord(patient) {
  const turn = ++reading;
  replace(byId("record"));
  byId("record-status").textContent = patient ? "Reading the record …" : "";
  if (!patient) return;
  await new Promise((resolve) => setTimeout(resolve, 200)); // arrow keys pass by several patients
  if (turn !== reading) return;
  const { ok, body, error } = await postJson("/sandbox/record", { server: patient.server, patient: patient.id });
  if (turn !== reading) return;
  byId("record-status").textContent = ok ? `${body.findings.length} findings, ${body.gaps.length} gaps` : error;
  if (ok) replace(byId("record"), ...recordParts(body));
}

function recordParts({ findings, gaps, record }) {
  const parts = [];
  const unread = Object.keys({ ...record.unread, ...record.incomplete });
  if (unread.length) {
    parts.push(element("p", { class: "notice" }, `Could not be read, or incomplete: ${unread.join(", ")}`));
  }
  const isSilence = (one) => one.value === "no" && /\blist\b/.test(one.source); // no by not being on a list
  const said = findings.filter((one) => !isSilence(one));
  const denied = findings.filter(isSilence);
  if (said.length) parts.push(findingTable(said));
  for (const [source, titles] of gathered(denied, "source")) parts.push(group(`Not on the ${source}`, titles, true));
  for (const [reason, titles] of gathered(gaps, "reason")) {
    parts.push(group(`${titles.length} ${reason}`, titles, false));
  }
  return parts;
}

function findingTable(findings) {
  const heads = ["Finding", "Value", "Date and source"].map((name) => element("th", { scope: "col" }, name));
  const rows = findings.map((one) => element("tr", {},
    element("th", { scope: "row" }, one.title),
    element("td", { class: "value" }, one.value),
    element("td", {}, one.date, element("span", { class: "source" }, one.source))));
  return element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
}

function group(heading, texts, open) {
  const made = element("details", { class: "group" }, element("summary", {}, heading), element("p", {}, texts.join(" · ")));
  made.open = open;
  return made;
}

function gathered(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(item[key], [...(groups.get(item[key]) ?? []), item.title]);
  return groups;
}

// --- 3 orders

function chosenLevels() {
  return [...document.querySelectorAll("#level-boxes input:checked")].map((box) => state.choices.levels[box.value]);
}

function isAugmentation(kind) {
  return kind in state.choices.procedures;
}

function showOrderForm() {
  const augmentation = isAugmentation(byId("kind").value);
  byId("levels").hidden = !augmentation;
  byId("dates").hidden = augmentation;
}

function draftOrder(kind) {
  const order = {
    resourceType: kind === "brace" ? "DeviceRequest" : "ServiceRequest",
    id: crypto.randomUUID(),
    status: "draft",
    intent: "order",
    subject: { reference: `Patient/${state.patient.id}` },
    authoredOn: new Date().toISOString().slice(0, 10),
    requester: { reference: USER },
  };
  return isAugmentation(kind) ? augmentation(order, kind) : timed(order, kind);
}

function augmentation(order, kind) {
  const levels = chosenLevels();
  const name = kind[0].toUpperCase() + kind.slice(1);
  const code = state.choices.procedures[kind][levels[0].region];
  return {
    ...order,
    code: { coding: [code], text: `${name} ${levels.map((one) => one.level).join(", ")}` },
    bodySite: levels.map((one) => ({ coding: [one.coding], text: one.level })),
  };
}

function timed(order, kind) {
  const [start, end] = [byId("start").value, byId("end").value];
  const period = start || end ? { occurrencePeriod: { ...(start && { start }), ...(end && { end }) } } : {};
  return kind === "brace"
    ? { ...order, codeCodeableConcept: { coding: [state.choices.brace], text: "TLSO (L0456)" }, ...period }
    : { ...order, code: { coding: [state.choices.bedRest], text: "Bed rest" }, ...period };
}

function addOrder() {
  const kind = byId("kind").value;
  if (!state.patient) {
    byId("status").textContent = "Choose a patient first.";
  } else if (isAugmentation(kind) && !chosenLevels().length) {
    byId("status").textContent = "Choose at least one level.";
  } else {
    addDrafts([draftOrder(kind)]);
  }
}

function addDrafts(orders) {
  const present = new Set(state.drafts.map(reference));
  state.drafts.push(...orders.filter((order) => !present.has(reference(order))));
  byId("status").textContent = "";
  showDrafts();
  moveOn("drafts-heading");
}

function removeDraft(order) {
  state.drafts = state.drafts.filter((one) => one !== order);
  showDrafts();
  byId("status").textContent = `Removed: ${describeOrder(order).name}`;
  byId("kind").focus();
}

function showDrafts() {
  const rows = state.drafts.map((order) => draftRow(order, new Map()));
  replace(byId("drafts"), ...(rows.length ? rows : [element("li", { class: "empty" }, "None yet.")]));
  byId("sign").disabled = !state.drafts.length;
  const count = `${state.drafts.length} ${state.drafts.length === 1 ? "order" : "orders"}`;
  byId("sign").textContent = state.drafts.length ? `Sign ${count}` : "Sign orders";
}

// The drafts with what is ticked, as they would be signed: nothing is changed before that.
function signedOrders() {
  const orders = [...state.drafts];
  const marks = new Map();
  for (const { type, resource, resourceId } of tickedIn(state.answer).flatMap((one) => one.suggestion.actions ?? [])) {
    const name = type === "delete" ? resourceId : reference(resource);
    const place = orders.findIndex((order) => reference(order) === name);
    if (type === "delete") {
      if (place >= 0) orders.splice(place, 1);
    } else {
      orders.splice(place >= 0 ? place : orders.length, place >= 0 ? 1 : 0, place >= 0 ? resource : kept(resource));
      marks.set(name, place >= 0 ? "changed" : "added");
    }
  }
  return { orders, marks };
}

// What the EHR keeps of a new order.
function kept(resource) {
  if (LIMITS.orderDetails !== "ignored") return resource;
  const { resourceType, id, status, intent, subject, code } = resource;
  const [coding] = code?.coding ?? [];
  return { resourceType, id, status, intent, subject, code: { coding: [coding], text: coding?.display ?? coding?.code } };
}

function showSigning() {
  const { orders, marks } = signedOrders();
  replace(byId("basket"), ...orders.map((order) => draftRow(order, marks, true)));
  const added = [...marks.values()].filter((mark) => mark === "added").length;
  const changed = marks.size - added;
  const own = `${orders.length - added}${changed ? ` (${changed} changed)` : ""}`;
  const parts = marks.size ? `: ${own}${added ? ` and ${added} accepted` : ""}` : "";
  byId("finish").textContent = orders.length ? `Sign ${orders.length} ${orders.length === 1 ? "order" : "orders"}${parts}` : "Nothing to sign: close";
}

function draftRow(order, marks, fixed = false) {
  const { name, note } = describeOrder(order);
  const mark = marks.get(reference(order));
  const row = element("li", {}, element("span", {}, name, note && element("span", { class: "note" }, note)));
  if (mark) row.append(element("span", { class: "mark" }, mark));
  if (!fixed) {
    const remove = element("button", { type: "button", class: "quiet", "aria-label": `Remove ${name}` }, "Remove");
    remove.addEventListener("click", () => removeDraft(order));
    row.append(remove);
  }
  return row;
}

// --- sign

async function sign() {
  if (!mayLeaveAnswer()) return openAnswer();
  const request = {
    hook: "order-sign",
    hookInstance: crypto.randomUUID(),
    fhirServer: state.patient.server,
    context: {
      userId: USER,
      patientId: state.patient.id,
      draftOrders: { resourceType: "Bundle", type: "collection", entry: state.drafts.map((resource) => ({ resource })) },
    },
  };
  byId("sign").disabled = true;
  byId("status").textContent = "Asking the service …";
  const { ok, status, milliseconds, body, error } = await postJson(CALL, request);
  byId("sign").disabled = false;
  if (!ok) {
    byId("status").textContent = `The service refused (${status || "no answer"}): ${error}`;
  } else {
    byId("status").textContent = body.cards.length ? "" : "No card: the service has nothing to say about these orders.";
  }
  keepAnswer(CALL, FEEDBACK, "Before you sign", request, { ok, status, milliseconds, body });
}

function keepAnswer(url, feedbackUrl, title, request, { ok, status, milliseconds, body }) {
  state.answer = {
    url, feedbackUrl, title, limits: LIMITS, takesComments: document.body.dataset.comments === "true",
    request, status, milliseconds, body, cards: ok ? body.cards : [], ticks: new Map(), settled: new Set(), changed: showSigning,
  };
  byId("again").hidden = false;
  if (!ok || body.cards.length) openAnswer();
}

// The augmentation was done today, what was signed with it is active, and the patient goes home.
async function leave() {
  byId("leave").disabled = true;
  byId("status").textContent = "Asking the service …";
  const call = await postJson("/sandbox/discharge", { patient: state.patient.id, orders: state.signed });
  const answer = call.ok ? await postJson(LEAVING, call.body) : call;
  byId("leave").disabled = false;
  const nothing = answer.ok && !answer.body.cards.length ? "No card: nothing is open." : "";
  byId("status").textContent = answer.ok ? nothing : `The service refused (${answer.status || "no answer"}): ${answer.error}`;
  state.drafts = [];
  showDrafts();
  keepAnswer(LEAVING, `${LEAVING}/feedback`, "Before the patient leaves", call.body, answer);
}

function openAnswer() {
  const { cards, status, title } = state.answer;
  const heading = cards.length ? `${title}: ${cards.length} ${cards.length === 1 ? "message" : "messages"}` : `No cards (status ${status || "none"})`;
  byId("answer-heading").textContent = heading;
  byId("answer-patient").textContent = `${state.patient.title} · ${state.patient.id}`;
  byId("answer-status").textContent = "";
  showCards(state.answer);
  showSigning();
  byId("answer").showModal();
  byId("answer-heading").focus();
  for (const part of document.querySelectorAll("#cards, #answer .window")) part.scrollTop = 0;
}

// Signing accepts what is ticked; without it, nothing of a card is left behind.
async function finish() {
  const { orders } = signedOrders();
  byId("finish").disabled = true;
  const fault = await state.answer.tellAccepted();
  byId("finish").disabled = false;
  const names = orders.map((order) => describeOrder(order).name).join(" · ");
  byId("answer").close();
  byId("status").textContent = names ? `Signed: ${names}. ${fault || "Nothing is kept; in an EHR these orders would be active now."}` : "Nothing was signed.";
  state.signed.push(...orders);
  state.drafts = [];
  state.answer = null;
  showDrafts();
  byId("again").hidden = true;
  byId("leave").hidden = state.patient.server !== SAMPLES;
}

function showWirePanel(shown) {
  byId("wire").hidden = !shown;
  byId("wire-toggle").textContent = shown ? "Hide JSON" : "Show JSON";
  byId("wire-toggle").setAttribute("aria-expanded", String(shown));
}

function toggleWire() {
  showWirePanel(byId("wire").hidden);
  if (!WIDE.matches && !byId("wire").hidden) byId("wire").scrollIntoView();
}

// --- start

function onSubmit(id, act) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
}

function onClick(id, act) {
  byId(id).addEventListener("click", act);
}

function levelBox({ level }, place) {
  const box = element("input", { type: "checkbox", value: String(place) });
  box.checked = level === "L1";
  return element("label", {}, box, element("span", {}, level));
}

async function start() {
  onSubmit("search", findPatients);
  onSubmit("order", addOrder);
  byId("server").addEventListener("change", () => {
    byId("address-row").hidden = Boolean(byId("server").value);
    byId("find").value = "";
    findPatients();
  });
  byId("kind").addEventListener("change", showOrderForm);
  onClick("sample-orders", () => addDrafts(state.patient.draftOrders.entry.map((entry) => structuredClone(entry.resource))));
  onClick("sign", sign);
  onClick("again", openAnswer);
  onClick("leave", leave);
  onClick("reset", startOver);
  byId("ehr").addEventListener("change", () => location.assign(`/sandbox?ehr=${encodeURIComponent(byId("ehr").value)}`));
  onClick("back", () => byId("answer").close());
  onClick("finish", finish);
  onClick("wire-toggle", toggleWire);
  byId("answer").addEventListener("close", () => (byId("sign").disabled ? byId("kind") : byId("sign")).focus());

  state.choices = await (await fetch("/sandbox/choices")).json();
  replace(byId("level-boxes"), ...state.choices.levels.map(levelBox));
  showOrderForm();
  showDrafts();
  await findPatients();
}

start();
