// What the npm package `openai` makes of the demo: asks every way it knows, prints JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, url, locked] = process.argv.slice(2);
const require = createRequire(pathToFileURL(modules + "/"));
const OpenAI = require("openai");

const model = "qwen3.7-plus";
const weather = {
  type: "function",
  name: "get_weather",
  description: "Get the weather of a city",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
  strict: true,
};
const builtIn = ["web_search", "code_interpreter", "web_extractor"].map((type) => ({ type }));
const homepage = "Find the Alibaba Cloud website and extract key information from the homepage";
const client = new OpenAI({ baseURL: url, apiKey: "sk-any", maxRetries: 0 });
const stranger = new OpenAI({ baseURL: locked, apiKey: "sk-wrong", maxRetries: 0 });

async function text() {
  const response = await client.responses.create({ model, input: "What is 2 + 2?" });
  const kinds = response.output.map((item) => item.type);
  return [response.status, response.output_text, kinds, response.usage.total_tokens];
}

async function stream(fields) {
  let said = "";
  let final;
  const asked = { model, input: "Introduce AI", stream: true, ...fields };
  for await (const event of await client.responses.create(asked)) {
    if (event.type === "response.output_text.delta") said += event.delta;
    final = event;
  }
  const message = final.response.output.find((item) => item.type === "message");
  return [said, message.content[0].text, final.type];
}

// The helper wants `reasoning_summary_part.added` before a thought's text, which the vendor does
// not send: so it is asked without thinking.
async function helper(fields) {
  const quiet = { reasoning: { effort: "none" } };
  const runner = client.responses.stream({ model, input: "Introduce AI", ...quiet, ...fields });
  const kinds = [];
  for await (const event of runner) kinds.push(event.type);
  const final = await runner.finalResponse();
  return [kinds[0], kinds.at(-1), final.output_text, final.output.map((item) => item.type)];
}

async function chain() {
  const first = await client.responses.create({ model, input: "My name is Alice." });
  const fields = { model, input: "What is my name?", previous_response_id: first.id };
  return (await client.responses.create(fields)).output_text;
}

async function functions(resend) {
  const asked = [{ role: "user", content: "Weather in Paris?" }];
  const first = await client.responses.create({ model, input: asked, tools: [weather] });
  const call = first.output.find((item) => item.type === "function_call");
  const output = { type: "function_call_output", call_id: call.call_id, output: "21 degrees" };
  const fields = resend
    ? { input: [...asked, ...first.output, output] }
    : { input: [output], previous_response_id: first.id };
  const second = await client.responses.create({ model, tools: [weather], ...fields });
  return [call.name, JSON.parse(call.arguments), second.output_text];
}

async function stored() {
  const response = await client.responses.create({ model, input: "Hi" });
  const found = await client.responses.retrieve(response.id);
  await client.responses.delete(response.id);
  const gone = await refused(client, { previous_response_id: response.id });
  return [found.output_text === response.output_text, gone];
}

async function refused(asker, fields) {
  try {
    await asker.responses.create({ model, input: "Hi", ...fields });
  } catch (error) {
    return [error.constructor.name, error.status, error.message];
  }
  return null;
}

const report = {
  version: JSON.parse(readFileSync(`${modules}/node_modules/openai/package.json`)).version,
  text: await text(),
  stream: await stream({}),
  "other reasoning": await stream({ model: "qwen3.6-plus" }),
  "built-in tools": await stream({ input: homepage, tools: builtIn }),
  incomplete: await stream({ input: "Hi", max_output_tokens: 20 }),
  helper: await helper({}),
  "helper with a function": await helper({ input: "Weather in Paris?", tools: [weather] }),
  chain: await chain(),
  "functions by id": await functions(false),
  "functions resent": await functions(true),
  stored: await stored(),
  "wrong key": await refused(stranger, {}),
  "unknown model": await refused(client, { model: "gpt-9" }),
  "unknown id": await refused(client, { previous_response_id: "none" }),
};
process.stdout.write(JSON.stringify(report));
