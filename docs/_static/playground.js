// Lints the payload of the form in the browser. The payload is sent nowhere.

const LINT = `
import json, time
from wan_validators import lint

def lint_text(text, model):
    report = lint(text, model or None, now=time.time())
    findings = [finding.as_dict() for finding in report.findings]
    return json.dumps({"model": report.model, "findings": findings})

lint_text
`;
const SEVERITIES = ["error", "warning", "info"];
const PAUSE_MS = 200;
// Some thousand levels end Pyodide for good, as they need more stack than a browser has.
const MAX_LEVELS = 1000;

const form = document.getElementById("playground-form");
const [state, model, payload, example, summary, findings] = [
  "state", "model", "payload", "example", "summary", "findings",
].map((name) => document.getElementById(`playground-${name}`));

function showState(name, text) {
  state.dataset.state = name;
  state.textContent = text;
}

// Returns the function lint_text of Python.
async function loadLinter() {
  const { pyodide: url, archive } = form.dataset;
  const loadPython = async () => {
    const { loadPyodide } = await import(`${url}pyodide.mjs`);
    return loadPyodide({ indexURL: url });
  };
  const loadCode = async () => {
    const response = await fetch(archive, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${archive}: HTTP status ${response.status}`);
    return response.arrayBuffer();
  };
  const [python, code] = await Promise.all([loadPython(), loadCode()]);
  python.unpackArchive(code, "zip");
  return python.runPython(LINT);
}

// Text from the payload is set as text, never as HTML.
function build(tag, text, className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}

function formatPlace({ line, column }) {
  return line === null ? "" : `line ${line}, column ${column}`;
}

function buildFinding(finding) {
  const item = build("li", "", finding.severity);
  const head = build("p", "", "head");
  head.append(
    build("strong", finding.severity, "severity"), " ",
    build("span", formatPlace(finding), "place"), " ",
    build("code", finding.pointer || "the whole payload", "pointer"),
  );
  item.append(head, build("p", finding.message, "message"));
  for (const name of ["allowed", "hint"]) {
    if (finding[name] !== null) item.append(build("p", `${name}: ${finding[name]}`, name));
  }
  item.append(build("p", `rule: ${finding.rule}`, "rule"));
  return item;
}

function formatSummary(report) {
  const checked = report.model === null ? "" : ` Checked as ${report.model}.`;
  const counts = SEVERITIES.map((severity) => {
    const count = report.findings.filter((finding) => finding.severity === severity).length;
    return count ? `${count} ${severity}${count > 1 ? "s" : ""}` : "";
  }).filter(Boolean);
  const verdict = counts[0]?.includes("error") ? "Not valid" : "Valid";
  return `${verdict}: ${counts.join(", ") || "no findings"}.${checked}`;
}

function countLevels(text) {
  let [level, highest, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === "\\") at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "[" || character === "{")) level += 1;
    else if (!quoted && (character === "]" || character === "}")) level -= 1;
    highest = Math.max(highest, level);
  }
  return highest;
}

function showFindings(lint) {
  let [text, items] = ["", []];
  if (!payload.value.trim()) {
    text = "There is no payload yet.";
  } else if (countLevels(payload.value) > MAX_LEVELS) {
    text = `Arrays and objects are nested too deeply: a browser can read ${MAX_LEVELS} levels.`;
  } else {
    try {
      const report = JSON.parse(lint(payload.value, model.value));
      [text, items] = [formatSummary(report), report.findings.map(buildFinding)];
    } catch (error) {
      showState("error", `Internal error in wanproof; reload the page. ${error.message}`);
    }
  }
  summary.textContent = text;
  findings.replaceChildren(...items);
}

async function start() {
  showState("loading", "Loading Python for the browser (Pyodide) and the linter…");
  const lint = await loadLinter();
  let timer;
  const update = () => showFindings(lint);
  payload.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, PAUSE_MS);
  });
  model.addEventListener("change", update);
  showState("ready", `Ready: wanproof ${form.dataset.version}.`);
  update();
  return update;
}

const original = payload.value;
let update = () => {};
form.addEventListener("submit", (event) => event.preventDefault());
example.addEventListener("click", () => {
  [payload.value, model.value] = [original, ""];
  update();
});
try {
  update = await start();
} catch (error) {
  const advice = `Allow this page to reach ${new URL(form.dataset.pyodide).host}, and reload it.`;
  showState("error", `The linter could not be loaded: ${error.message}. ${advice}`);
}
