// A careful client of both vendors, with nothing but what Node 20 has built in.
//
//     wanproof check --stdio --in-flight 4 -- node contract_tests/adapters/node_fetch.mjs
//
// The first part is a client as a team would have one: generate(settings, payload). The second
// makes an adapter of it: a case of the suite on each line of stdin, an outcome on each of stdout.

import { createHash } from "node:crypto";

const PATHS = {
  mulerouter: (model) => {
    const create = `/vendors/alibaba/v1/${model}/generation`;
    return { create, poll: (id) => `${create}/${id}` };
  },
  vtrix: () => {
    const create = "/model/v1/generation";
    return { create, poll: (id) => `${create}/task/${id}` };
  },
};
// How many images a payload without n asks for.
const DEFAULT_COUNT = {
  "wan2.5-i2i-preview": 4,
  "wan2.5-t2i-preview": 4,
  "wan2.6-image": 4,
  "wan2.6-t2i": 4,
  wan25_i2i_preview: 4,
  wan25_i2i_preview_intl: 4,
  wan25_t2i_preview: 4,
  wan25_t2i_preview_intl: 4,
  wan26_i2i: 1,
  wan26_t2i: 4,
};
const DOWNLOAD_ATTEMPTS = 3;

/** Why there are no results: `how` is "refused", "failed" or "gave_up". */
class NoResults extends Error {
  constructor(how, message, facts) {
    super(message);
    Object.assign(this, { how, ...facts });
  }
}

/** Makes one task of `payload`, waits for its end and fetches its results; throws NoResults. */
async function generate(settings, payload) {
  const { create, poll } = PATHS[settings.vendor](encodeURIComponent(settings.model));
  const base = settings.base_url.replace(/\/+$/, "");
  const api = { ...settings, key: { authorization: `Bearer ${settings.api_key}` } };
  const { id, sent } = await created(api, base + create, payload);
  const end = await followed(api, base + poll(encodeURIComponent(id)), id, sent);
  const listed = parts(end);
  if (!listed.length) throw new NoResults("failed", "the task ended without results", { id });
  const outputs = await Promise.all(listed.map((part) => fetched(api, part)));
  const images = listed.filter((part) => part.kind === "image").length;
  return { id, outputs, partial: images < asked(settings.model, payload), cost: end.usage?.cost };
}

/** Sends the one create. Only a 429 is repeated: after any other fault a task may exist. */
async function created({ key, poll_interval, deadline, timeout }, url, payload) {
  const headers = { ...key, "content-type": "application/json" };
  const post = { method: "POST", headers, body: JSON.stringify(payload), redirect: "manual" };
  const last = now() + deadline;
  for (;;) {
    const sent = now();
    const answer = await request(url, post, timeout);
    const wait = retryAfter(answer) ?? poll_interval;
    if (answer.status === 429 && now() + wait <= last) {
      await sleep(wait);
      continue;
    }
    const id = answer.ok ? (answer.json?.task_info ?? answer.json)?.id : undefined;
    if (typeof id === "string" && id) return { id, sent };
    const how = answer.status >= 300 && answer.status < 500 ? "refused" : "gave_up";
    throw new NoResults(how, says(answer), { status: answer.status, code: problem(answer).code });
  }
}

/** Polls until the task is done, and gives the body that says so. Odd answers end nothing. */
async function followed({ key, poll_interval, deadline, timeout }, url, id, sent) {
  const until = sent + deadline;
  let seen = "nothing";
  for (let due = now() + poll_interval; due <= until; ) {
    await sleep(due - now());
    const polled = now();
    const answer = await request(url, { headers: key, redirect: "manual" }, timeout);
    const status = answer.ok ? (answer.json?.task_info ?? answer.json)?.status : undefined;
    const word = String(status).toLowerCase();
    if (word === "completed" || word === "succeeded") return answer.json;
    const { code, message } = problem(answer);
    if (word === "failed") throw new NoResults("failed", message || "no reason", { id, code });
    if ([401, 402, 403].includes(answer.status)) {
      throw new NoResults("gave_up", says(answer), { id, status: answer.status, code });
    }
    seen = status === undefined ? says(answer) : `status ${word}`;
    const pause = retryAfter(answer) ?? 0;
    due = now() + Math.max(poll_interval, pause);
    // A late answer must not cost the last poll, which may come sooner after it.
    if (due > until && Math.max(polled + poll_interval, now() + pause) <= until) due = until;
  }
  throw new NoResults("gave_up", `no end after ${deadline} s; last seen: ${seen}`, { id });
}

/** A part with its bytes, or with an error where it could not be had. Texts stay as they are. */
async function fetched({ poll_interval, deadline, timeout }, part) {
  if (part.kind === "text") return part;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await request(part.url, {}, timeout); // without the key: another host's URL
    if (answer.status === 200 && !answer.fault) {
      if (isMedia(part.kind, answer.body)) return { ...part, bytes: answer.body };
      return { ...part, error: answer.body.length ? `it is no ${part.kind}` : "empty" };
    }
    const wait = retryAfter(answer) ?? poll_interval;
    const passing = answer.fault || answer.status === 429 || answer.status >= 500;
    if (!passing || attempt === DOWNLOAD_ATTEMPTS || wait > deadline) {
      return { ...part, error: says(answer) };
    }
    await sleep(wait);
  }
}

/** The answer with its whole body; `fault` says why it, or the end of it, did not come. */
async function request(url, options, timeout) {
  const answer = { ok: false };
  try {
    const signal = AbortSignal.timeout(Math.ceil(timeout * 1000)); // it covers the body, too
    const response = await fetch(url, { ...options, signal });
    Object.assign(answer, { status: response.status, headers: response.headers });
    answer.body = Buffer.from(await response.arrayBuffer());
    answer.ok = response.ok;
    if (!/^(image|video)\//.test(response.headers.get("content-type"))) {
      answer.json = JSON.parse(answer.body);
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) answer.fault = error.cause?.message || error.message;
  }
  return answer;
}

/** Whether bytes start like PNG, JPEG, WebP, GIF, or MP4. A Content-Type may say anything. */
function isMedia(kind, bytes) {
  const start = bytes.toString("latin1", 0, 12);
  return (kind === "video" ? /^....ftyp/s : /^(\x89PNG|\xff\xd8\xff|RIFF....WEBP|GIF8)/s).test(start);
}

/** Code and message of what went wrong, wherever either vendor puts them. */
function problem({ json }) {
  const error = json?.task_info?.error ?? json?.error ?? json;
  if (typeof error === "string") return { message: error };
  const texts = [error?.title, error?.detail ?? error?.message ?? error?.error_message];
  const message = texts.filter((text) => typeof text === "string").join(": ");
  return { code: error?.code ?? error?.error_code, message };
}

/** One line about an answer that brought nothing. */
function says(answer) {
  const status = answer.status ? `HTTP ${answer.status}` : "no answer";
  const rest = answer.fault ?? (answer.json ? problem(answer).message : "the body is no JSON");
  return rest ? `${status}: ${rest}` : status;
}

/** Seconds until a request may be repeated, of either form of the header. */
function retryAfter({ headers }) {
  const value = headers?.get("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

/** The results that a finished task lists, in their order. */
function parts({ images, videos, output }) {
  const list = (value) => (Array.isArray(value) ? value : []);
  if (typeof output?.url === "string" && !images && !videos) {
    return [{ kind: /\.(mp4|mov|webm)$/.test(output.url) ? "video" : "image", url: output.url }];
  }
  return [
    ...list(images).map((url) => ({ kind: "image", url })),
    ...list(videos).map((url) => ({ kind: "video", url })),
    ...list(output)
      .flatMap((item) => list(item?.content))
      .map(({ type, text, url }) => (type === "text" ? { kind: type, text } : { kind: type, url })),
  ];
}

/** How many images there must be; undefined for videos and where n is no promise. */
function asked(model, payload) {
  const parameters = payload.parameters ?? payload;
  if (!(model in DEFAULT_COUNT) || parameters.enable_interleave === true) return undefined;
  return parameters.n ?? DEFAULT_COUNT[model];
}

/** Seconds of a clock that nobody sets. */
function now() {
  return performance.now() / 1000;
}

/** Waits, and never shorter: a timer alone may go off up to a millisecond early. */
async function sleep(seconds) {
  for (let end = now() + seconds; now() < end; ) {
    await new Promise((done) => setTimeout(done, Math.ceil((end - now()) * 1000)));
  }
}

// The adapter: cases in, outcomes out.

async function outcome({ payload, ...settings }) {
  if (!(settings.vendor in PATHS)) {
    return { outcome: "unsupported", message: `no vendor of mine: ${settings.vendor}` };
  }
  try {
    const { id, outputs, partial, cost } = await generate(settings, payload);
    const result = { outcome: "completed", task_id: id, outputs: outputs.map(output), partial };
    return typeof cost === "string" ? { ...result, spent_usd: cost } : result;
  } catch (error) {
    if (!(error instanceof NoResults)) throw error;
    const { how, id, status, code, message } = error;
    return { outcome: how, task_id: id, status, code: code?.toString(), message };
  }
}

function output({ kind, url, text, bytes, error }) {
  if (!bytes) return { kind, url, text, error };
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { kind, url, sha256, bytes: bytes.length };
}

/** Lines of a stream. (readline would also split at U+2028, which JSON allows in strings.) */
async function* lines(stream) {
  let begun = [];
  for await (const chunk of stream.setEncoding("utf8")) {
    const [rest, ...starts] = chunk.split("\n");
    begun.push(rest);
    for (const start of starts) {
      yield begun.join("");
      begun = [start];
    }
  }
  yield begun.join("");
}

/** Answers a case. Others may be in flight, so the outcome names the case. */
async function answer({ case: number, ...facts }) {
  process.stdout.write(`${JSON.stringify({ case: number, ...(await outcome(facts)) })}\n`);
}

for await (const line of lines(process.stdin)) {
  if (line.trim()) answer(JSON.parse(line));
}
