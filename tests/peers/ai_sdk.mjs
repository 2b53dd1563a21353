// What the AI SDK (`ai` with `@ai-sdk/openai`) makes of the demo: asks every way, prints JSON.
// It checks every answer and every event against its own schemas.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, url, locked] = process.argv.slice(2);
const require = createRequire(pathToFileURL(modules + "/"));
const { createOpenAI } = require("@ai-sdk/openai");
const { generateText, streamText, stepCountIs, tool } = require("ai");
const { z } = require("zod");

globalThis.AI_SDK_LOG_WARNINGS = false;
const model = createOpenAI({ baseURL: url, apiKey: "sk-any" }).responses("qwen3.7-plus");
const other = createOpenAI({ baseURL: url, apiKey: "sk-any" }).responses("qwen3.6-plus");
const unknown = createOpenAI({ baseURL: url, apiKey: "sk-any" }).responses("gpt-9");
const stranger = createOpenAI({ baseURL: locked, apiKey: "sk-wrong" }).responses("qwen3.7-plus");
const tools = {
  get_weather: tool({
    description: "Get the weather of a city",
    inputSchema: z.object({ city: z.string() }),
    execute: async ({ city }) => `${city}: 21 degrees`,
  }),
};

async function text() {
  const answer = await generateText({ model, prompt: "What is 2 + 2?" });
  return [answer.finishReason, answer.text, answer.reasoningText, answer.usage.totalTokens];
}

async function stream(asked) {
  const parts = [];
  const answer = streamText({ model, prompt: "Introduce AI", onError() {}, ...asked });
  for await (const part of answer.fullStream) parts.push(part);
  const joined = (type) => parts.filter((part) => part.type === type).map((part) => part.text);
  const errors = parts.filter((part) => part.type === "error").map((part) => String(part.error));
  const said = joined("text-delta").join("");
  return [await answer.finishReason, said, joined("reasoning-delta").join(""), errors];
}

async function chain(model) {
  const first = await generateText({ model, prompt: "My name is Alice." });
  const previousResponseId = first.providerMetadata.openai.responseId;
  const providerOptions = { openai: { previousResponseId } };
  return (await generateText({ model, prompt: "What is my name?", providerOptions })).text;
}

async function history() {
  const first = await generateText({ model, prompt: "My name is Alice." });
  const asked = (content) => ({ role: "user", content });
  const messages = [asked("My name is Alice."), ...first.response.messages];
  return (await generateText({ model, messages: [...messages, asked("My name?")] })).text;
}

async function functions(store) {
  const answer = await generateText({
    model,
    tools,
    prompt: "Weather in Paris?",
    stopWhen: stepCountIs(3),
    providerOptions: { openai: { store } },
  });
  return [answer.steps.length, answer.steps[0].toolCalls[0].input, answer.text];
}

async function refused(model, providerOptions) {
  try {
    await generateText({ model, prompt: "Hi", maxRetries: 0, providerOptions });
  } catch (error) {
    return [error.name, error.statusCode, JSON.parse(error.responseBody).message];
  }
  return null;
}

const version = (name) =>
  JSON.parse(readFileSync(`${modules}/node_modules/${name}/package.json`)).version;
const report = {
  version: [version("ai"), version("@ai-sdk/openai")],
  text: await text(),
  stream: await stream({}),
  "other reasoning": await stream({ model: other }),
  "stream with a function": await stream({
    prompt: "Weather in Paris?",
    tools,
    stopWhen: stepCountIs(3),
  }),
  incomplete: await stream({ prompt: "Hi", maxOutputTokens: 20 }),
  chain: await chain(model),
  history: await history(),
  "functions by reference": await functions(true),
  "functions resent": await functions(false),
  "wrong key": await refused(stranger),
  "unknown model": await refused(unknown),
  "unknown id": await refused(model, { openai: { previousResponseId: "none" } }),
};
process.stdout.write(JSON.stringify(report));
