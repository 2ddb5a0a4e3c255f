// Judges documents by the schemas that the app publishes, with a validator that knows nothing of the app.
// The file that is named holds { schemas: { name: schema }, openapi?: document, cases: [[name, document]] }; each case is answered with
// null where the document is valid, else with what is wrong; the OpenAPI document by the specification's own schema.
const { readFileSync } = require("node:fs");
const { default: Ajv } = require("ajv/dist/2020");
const addFormats = require("ajv-formats");

(async () => {
  const { schemas, openapi, cases } = JSON.parse(readFileSync(process.argv[2], "utf8"));
  const ajv = new Ajv({ strict: false, allErrors: false });
  addFormats(ajv);
  for (const word of ["discriminator", "x-role"]) ajv.addKeyword(word);
  if (openapi) ajv.addSchema(openapi, "openapi");
  for (const [name, schema] of Object.entries(schemas ?? {})) ajv.addSchema(schema, name);
  const answers = cases.map(([name, document]) => {
    const validate = ajv.getSchema(name);
    if (!validate) return `There is no schema ${name}.`;
    return validate(document) ? null : ajv.errorsText(validate.errors);
  });
  let specification = null;
  if (openapi) {
    const { Validator } = await import("@seriousme/openapi-schema-validator");
    const result = await new Validator().validate(structuredClone(openapi));
    specification = result.valid ? null : JSON.stringify(result.errors).slice(0, 4000);
  }
  process.stdout.write(JSON.stringify({ answers, specification }));
})();
