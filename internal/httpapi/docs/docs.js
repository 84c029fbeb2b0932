// The page to try the API: reads /api/openapi.json, lists the operations, and
// sends requests with the session of this browser. Everything is put into the
// page as text, never as markup.

const methods = ["get", "post", "put", "patch", "delete"];
let spec;
let csrf = "";

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

function resolve(schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? spec.components.schemas[name] : schema ?? {};
}

// example makes a value of the shape that a schema describes.
function example(schema, depth = 0) {
  const s = resolve(schema);
  if (s.examples) return s.examples[0];
  if (s.default !== undefined) return s.default;
  if (s.enum) return s.enum[0];
  const type = Array.isArray(s.type) ? s.type.find((t) => t !== "null") : s.type;
  if (type === "array") return depth > 4 ? [] : [example(s.items, depth + 1)];
  if (type === "object") {
    const entries = depth > 4 ? [] : Object.entries(s.properties ?? {}).filter(([name]) => name !== "$schema");
    return Object.fromEntries(entries.map(([name, p]) => [name, example(p, depth + 1)]));
  }
  return { integer: 0, number: 0, boolean: false, string: "" }[type] ?? null;
}

async function whoAmI() {
  const line = document.getElementById("who");
  const answer = await fetch("/api/v1/session");
  if (!answer.ok) {
    csrf = "";
    line.textContent = "Not logged in: send the login operation below.";
    return;
  }
  const session = await answer.json();
  csrf = session.csrf;
  line.textContent = `Logged in as ${session.user.name} (${session.user.role})${session.simulation ? ", on a simulated network" : ""}.`;
}

function field(parameter, id) {
  const schema = resolve(parameter.schema);
  const label = make("label", { for: id }, parameter.name + (parameter.required ? " *" : ""));
  const hint = parameter.description ?? schema.enum?.join(", ") ?? "";
  const input = make("input", { id, placeholder: hint, title: hint, "data-name": parameter.name, "data-in": parameter.in });
  return [label, input];
}

function bodyEditor(operation, id) {
  const content = operation.requestBody?.content;
  if (!content) return [];
  if (content["application/octet-stream"]) {
    return [make("label", { for: id }, "File"), make("input", { id, type: "file", "data-body": "file" })];
  }
  const text = JSON.stringify(example(content["application/json"].schema), null, 2);
  return [make("label", { for: id }, "Body"), make("textarea", { id, "data-body": "json", spellcheck: "false" }, text)];
}

function requestOf(method, path, form) {
  const query = new URLSearchParams();
  const headers = {};
  for (const input of form.querySelectorAll("[data-name]")) {
    const { name } = input.dataset;
    if (input.dataset.in === "path") path = path.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (input.value === "") continue;
    else if (input.dataset.in === "query") query.append(name, input.value);
    else headers[name] = input.value;
  }
  const body = form.querySelector("[data-body]");
  const request = { method: method.toUpperCase(), headers };
  if (body?.dataset.body === "file") request.body = body.files[0];
  else if (body && body.value.trim() !== "") {
    request.body = body.value;
    headers["Content-Type"] = "application/json";
  }
  if (method !== "get" && csrf) headers["X-CSRF-Token"] = csrf;
  return [query.size ? `${path}?${query}` : path, request];
}

async function send(method, path, form, output) {
  const button = form.querySelector("button");
  button.disabled = true;
  output.textContent = "…";
  output.className = "";
  try {
    const [url, request] = requestOf(method, path, form);
    const start = performance.now();
    const answer = await fetch(url, request);
    const text = await answer.text();
    const took = Math.round(performance.now() - start);
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* not JSON: as it is */ }
    output.textContent = `${request.method} ${url}\n${answer.status} ${answer.statusText} in ${took} ms\n\n${shown}`;
    output.className = answer.ok ? "" : "fault";
    if (/\/(login|logout|password)$/.test(path)) await whoAmI();
  } catch (fault) {
    output.textContent = `Not sent: ${fault.message}`;
    output.className = "fault";
  } finally {
    button.disabled = false;
  }
}

function fill(details, method, path, operation) {
  const id = operation.operationId;
  const output = make("pre", { tabindex: "0", "aria-label": "Answer" }, "No request sent yet.");
  const form = make("form", {}, make("div", { class: "fields" },
    ...(operation.parameters ?? []).flatMap((p) => field(p, `${id}-${p.name}`)),
    ...bodyEditor(operation, `${id}-body`)));
  const children = [make("p", {}, operation.description ?? "")];
  if (id !== "live") {
    form.append(make("button", {}, "Send"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(method, path, form, output);
    });
    children.push(form, output);
  }
  details.append(make("div", { class: "body" }, ...children));
}

function operationNode(method, path, operation) {
  const details = make("details", { id: operation.operationId },
    make("summary", {}, make("span", { class: "method" }, method.toUpperCase()),
      make("span", { class: "path" }, path), make("span", {}, operation.summary ?? "")));
  details.dataset.text = `${method} ${path} ${operation.summary} ${operation.operationId}`.toLowerCase();
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) fill(details, method, path, operation);
  });
  return details;
}

function show() {
  const main = document.getElementById("operations");
  for (const tag of spec.tags) {
    const nodes = Object.entries(spec.paths).flatMap(([path, item]) =>
      methods.filter((m) => item[m]?.tags?.includes(tag.name)).map((m) => operationNode(m, path, item[m])));
    if (nodes.length > 0) {
      main.append(make("section", {}, make("h2", {}, tag.name, make("small", {}, tag.description ?? "")), ...nodes));
    }
  }
}

document.getElementById("find").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const section of document.querySelectorAll("section")) {
    let any = false;
    for (const details of section.querySelectorAll("details")) {
      details.hidden = !words.every((w) => details.dataset.text.includes(w));
      any ||= !details.hidden;
    }
    section.hidden = !any;
  }
});

try {
  spec = await (await fetch("/api/openapi.json")).json();
  show();
  await whoAmI();
} catch (fault) {
  document.getElementById("who").textContent = `The description could not be read: ${fault.message}`;
}
