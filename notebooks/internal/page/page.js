// Starts the network, and connects it to the pad.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const size = 28, classes = 10;

  // bytes returns the content of one of the page's data blocks.
  async function bytes(id) {
    const packed = Uint8Array.from(atob(byId(id).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  // value returns the value of a function of the program, or throws its error.
  function value(result) {
    if (result.error) throw new Error(result.error);
    return result.value;
  }

  async function start() {
    byId("retry").hidden = true;
    byId("state").textContent = "Loading the network…";
    try {
      const go = new Go();
      const {instance} = await WebAssembly.instantiate(await bytes("program"), go.importObject);
      const ended = go.run(instance);
      show(value(digitNetwork(await bytes("network"))));
      byId("state").textContent = "";
      await ended; // it does not end, unless something goes wrong
      fail(new Error("its program has ended"));
    } catch (error) {
      fail(error);
    }
  }

  function fail(error) {
    console.error(error);
    byId("work").hidden = true;
    byId("state").textContent = `The network does not run here. It needs a browser from 2023 or later. (${error.message})`;
    byId("retry").hidden = false;
  }

  // show shows the pad.
  function show(network) {
    let timer = 0;
    byId("work").hidden = false;
    const pad = digitPad(byId("drawing"), {
      interval: 0,
      onPicture(canvas, final) {
        const {data} = canvas.getContext("2d", {willReadFrequently: true}).getImageData(0, 0, canvas.width, canvas.height);
        const answer = value(network.recognize(data, canvas.width, canvas.height));
        if (!answer) return;
        pad.answer(answer.probabilities, answer.seen);
        clearTimeout(timer);
        if (final) timer = setTimeout(read, 0, answer, []);
      },
      onClear() {
        clearTimeout(timer);
        believe(null, null);
      },
    });
    // read gives the network one row of the last drawing at a time, so that the pen need not wait.
    function read(answer, rows) {
      const row = value(network.next());
      if (row) timer = setTimeout(read, 0, answer, [...rows, ...row]);
      else believe(answer, rows);
    }
    for (const button of byId("examples").querySelectorAll("button")) {
      button.onclick = () => pad.load(button.querySelector("img"));
    }
    document.onkeydown = (event) => { if (event.key === "Escape") pad.clear(); };
  }

  // believe shows the image that was read, and the probabilities after each of its rows.
  function believe(answer, rows) {
    const bar = getComputedStyle(document.documentElement).getPropertyValue("--bar").split(",").map(Number);
    paint(byId("read"), size, (k) => [0, 0, 0, answer?.seen[k] ?? 0]);
    paint(byId("rows"), classes, (k) => [...bar, 255 * (rows?.[k] ?? 0)]);
    const said = answer ? sentence(answer, rows) : "Draw something, or take a digit: when the stroke ends, this shows when the network made up its mind.";
    byId("belief").textContent = said;
    byId("rows").setAttribute("aria-label", `The probability of each digit after each row: ${answer ? said : "nothing drawn yet"}`);
  }

  function paint(canvas, width, color) {
    const pixels = new ImageData(width, size);
    for (let k = 0; k < width * size; k++) pixels.data.set(color(k), 4 * k);
    canvas.getContext("2d").putImageData(pixels, 0, 0);
  }

  // sentence says when the network decided: from which row on the answer is the last one, and from which on it is 90% sure.
  function sentence({probabilities}, rows) {
    const digit = probabilities.indexOf(Math.max(...probabilities));
    const after = (k) => rows.slice(classes * k, classes * (k + 1));
    const since = (holds) => {
      let k = size;
      while (k > 0 && holds(after(k - 1))) k--;
      return k + 1; // rows are counted from 1
    };
    const first = since((p) => Math.max(...p) === p[digit]), sure = since((p) => p[digit] >= 0.9);
    const end = sure > size ? "and it is never 90% sure." : sure === first ? "at least 90% sure from the start." : `at least 90% sure from row ${sure} on.`;
    return `From row ${first} of ${size} on, the network takes it for a ${digit}, ${end}`;
  }

  byId("retry").onclick = start;
  start();
  if (location.protocol.startsWith("http") && "serviceWorker" in navigator) navigator.serviceWorker.register("sw.js").catch(console.warn);
})();
