// What the page asks of jaild. A run is told of as it goes:
//   hear.piece("stdout" or "stderr", text)   output, in the order of its coming
//   hear.result(answer)                      last: the answer of /api/execute, with its record
//   hear.error({error, code, field})         or: why there is none
//   hear.stopped()                           or: it was stopped, and nothing is known of it

const LOST = {error: "The connection to the service was lost.", code: "connection"};

// Their names come at once. Their details ({name, displayName, version, limits, ...}) may take seconds, the first time that a
// jaild is asked: it asks every compiler for its version.
export const languageNames = () => askForLanguages("api/languages");
export const languageDetails = () => askForLanguages("api/languages?details=1");

async function askForLanguages(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`The service does not say which languages it has (${response.status}).`);
  return (await response.json()).languages;
}

// By a WebSocket, where what is stopped still has a record. Browsers give those no tokens, and some proxies let none through:
// then by events, whose refusals say why.
export function run(request, token, hear) {
  if (token) return runByEvents(request, token, hear);
  let running = runBySocket(request, hear, () => { running = runByEvents(request, token, hear); });
  return {stop: () => running.stop()};
}

function runBySocket(request, hear, otherwise) {
  const {input, ...rest} = request;
  const socket = new WebSocket(new URL("api/stream", document.baseURI).href.replace(/^http/, "ws"));
  const say = (message) => socket.send(JSON.stringify(message));
  let open = false, over = false, stopped = false;
  const end = (tell) => { if (!over) { over = true; tell(); } };
  const on = {
    stdout: (text) => hear.piece("stdout", text),
    stderr: (text) => hear.piece("stderr", text),
    result: (answer) => end(() => hear.result(answer)),
    error: (error) => end(() => hear.error(error)),
  };
  socket.onopen = () => {
    open = true;
    say({execute: rest});
    if (input) say({stdin: input});
    say({stdin_end: true});
    if (stopped) say({signal: "SIGKILL"});
  };
  socket.onmessage = ({data}) => {
    if (stopped && data.startsWith('{"std')) return;  // Who stops a flood need not see the end of it.
    for (const [kind, value] of Object.entries(JSON.parse(data))) on[kind]?.(value);
  };
  socket.onclose = () => {
    if (open) end(() => hear.error(LOST));
    else if (stopped) end(hear.stopped);
    else otherwise();
  };
  const stop = () => {
    stopped = true;
    if (open && !over) say({signal: "SIGKILL"});
  };
  return {stop};
}

function runByEvents(request, token, hear) {
  const abort = new AbortController();
  const headers = {"Content-Type": "application/json", Accept: "text/event-stream"};
  if (token) headers.Authorization = `Bearer ${token}`;
  readEvents({method: "POST", headers, body: JSON.stringify(request), signal: abort.signal}, hear).catch(() => {
    if (abort.signal.aborted) hear.stopped();
    else hear.error(LOST);
  });
  return {stop: () => abort.abort()};
}

async function readEvents(options, hear) {
  const response = await fetch("api/execute", options);
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) return hear.error(await response.json());
  const on = {stdout: (text) => hear.piece("stdout", text), stderr: (text) => hear.piece("stderr", text), result: hear.result, error: hear.error};
  let rest = "", over = false;
  for await (const text of chunks(response.body.pipeThrough(new TextDecoderStream()))) {
    const events = (rest + text).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const [, kind, data] = /^event: (\w+)\ndata: (.*)$/.exec(event) ?? [];
      if (!kind) continue;  // A comment, so that no proxy takes the silence for the end.
      over ||= kind === "result" || kind === "error";
      on[kind]?.(JSON.parse(data));
    }
  }
  if (!over) throw new Error("the stream of events ended early");
}

// Not every browser iterates over streams.
async function* chunks(stream) {
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}
