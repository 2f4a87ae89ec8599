// Connects the pad to the running cell's program. settings: {id, kernel, toGo, toPage}.
((settings) => {
  "use strict";
  // Only JupyterLab and Jupyter Notebook have this element. Elsewhere the picture and the sentence stay.
  const config = document.getElementById("jupyter-config-data");
  const root = document.getElementById(settings.id);
  if (!config || !root || !globalThis.WebSocket) return;

  const still = [...root.childNodes]; // the picture and the sentence, for when the program has ended
  const unique = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const session = unique(), comm = unique();
  const again = 300, alive = 3000, patience = 1000; // milliseconds
  let pad = null, timer = 0, hellos = 0, unanswered = 0, wanted = false, count = 0, waiting = 0, next = null;

  const page = JSON.parse(config.textContent);
  const url = new URL(`${page.baseUrl ?? "/"}api/kernels/${settings.kernel}/channels`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  url.searchParams.set("session_id", session);
  if (page.token) url.searchParams.set("token", page.token);
  const socket = new WebSocket(url);

  function kernel(type, content) {
    const header = {msg_id: unique(), msg_type: type, session, username: "", date: new Date().toISOString(), version: "5.3"};
    socket.send(JSON.stringify({header, parent_header: {}, metadata: {}, content, channel: "shell", buffers: []}));
  }
  const open = () => kernel("comm_open", {comm_id: comm, target_name: "gonb_comm", kernel_id: settings.kernel, data: {}});
  const say = (address, value) => kernel("comm_msg", {comm_id: comm, data: {address, value}});
  const send = (message) => { if (socket.readyState === WebSocket.OPEN) say(settings.toGo, JSON.stringify(message)); };

  // The kernel has one connection with the page. To open it, GoNB sends a script, which sets globalThis.gonb_comm. But GoNB's connection knows
  // neither https nor a server below a path, as JupyterHub has it, and gives up if one message is lost. So, while the pad is there, this
  // ends GoNB's script and opens the pad's connection in its place.
  const instead = new Error("the pad is connected in place of gonb_comm");
  const quiet = (event) => { if (event.error === instead) event.preventDefault(); };
  addEventListener("error", quiet);
  const refuse = () => {
    wanted = true;
    if (socket.readyState === WebSocket.OPEN) open();
    throw instead;
  };
  Object.defineProperty(globalThis, "gonb_comm", {get: () => undefined, set: refuse, configurable: true});

  // hello is repeated until the program answers. After a while the connection is opened unasked: the page may have been loaded again.
  function hello() {
    if (++hellos % 6 === 0) open();
    send({type: "hello"});
  }

  // stillThere asks whether the program still runs. When a kernel is restarted or killed, not every server says so.
  function stillThere() {
    if (++unanswered > 5) end();
    else send({type: "hello"});
  }

  // One picture at a time is on its way; of those drawn meanwhile, the last one follows.
  function onPicture(canvas, final) {
    next = {canvas, final: final || (next?.final ?? false)};
    flush();
  }
  function flush() {
    if (!next || performance.now() < waiting) return;
    waiting = performance.now() + patience;
    setTimeout(flush, patience);
    send({type: "draw", seq: ++count, final: next.final, image: next.canvas.toDataURL("image/png")});
    next = null;
  }
  function onClear() {
    next = null;
    send({type: "clear", seq: ++count});
  }

  function begin(message) {
    clearInterval(timer);
    timer = setInterval(stillThere, alive);
    const options = {onPicture, onClear, onDone: () => send({type: "done", seq: ++count})};
    if (message.ask !== undefined) {
      options.ask = message.ask;
      options.onPicture = null;
      options.onKeep = (canvas) => send({type: "keep", seq: ++count, image: canvas.toDataURL("image/png")});
    }
    root.replaceChildren();
    pad = digitPad(root, options);
  }

  function end() {
    clearInterval(timer);
    removeEventListener("error", quiet);
    if (Object.getOwnPropertyDescriptor(globalThis, "gonb_comm")?.set === refuse) delete globalThis.gonb_comm;
    socket.onclose = socket.onmessage = null;
    socket.close();
    pad = null;
    root.classList.remove("digit-pad");
    root.replaceChildren(...still);
  }

  function receive(message) {
    unanswered = 0;
    switch (message.type) {
      case "welcome":
        if (!pad) begin(message);
        break;
      case "ask":
        pad?.ask(message.digit);
        break;
      case "answer":
        waiting = 0;
        if (message.seq === count || next) pad?.answer(message.probabilities, Uint8Array.from(atob(message.seen), (c) => c.charCodeAt(0)));
        flush();
        break;
      case "end":
        end();
    }
  }

  socket.onopen = () => {
    if (wanted) open();
    hello();
    timer = setInterval(hello, again);
  };
  socket.onclose = end;
  socket.onmessage = (event) => {
    const {header, parent_header: parent, content} = JSON.parse(event.data);
    if (header.msg_type === "status") {
      const state = content.execution_state;
      const ended = state === "idle" && parent.msg_type === "execute_request"; // no other cell runs while ours does
      if (ended || ["restarting", "terminating", "dead"].includes(state)) end();
    } else if (header.msg_type === "comm_msg" && content.comm_id === comm) {
      if (content.data.address === "#heartbeat/ping") say("#heartbeat/pong", true);
      if (content.data.address === settings.toPage) receive(JSON.parse(content.data.value));
    }
  };
})
