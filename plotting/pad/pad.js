/*
 * digitPad makes a pad to draw a digit on, with the mouse, a finger or a pen. It needs pad.css and no library.
 *
 *   const pad = digitPad(element, {onPicture: (canvas, final) => pad.answer(...)});
 *
 * Options, all functions but interval and ask:
 *   onPicture(canvas, final)  what is drawn so far: a canvas of 280 by 280 pixels, black on white; while drawing at most
 *                             once in interval milliseconds, and once after each stroke, when final is true
 *   interval                  80 by default
 *   onClear()                 the pad was cleared
 *   onDone()                  the button "Done" was pressed; without this option there is no such button
 *   onKeep(canvas)            the button "Next" was pressed; only together with ask
 *   ask                       the first digit to ask for; there are then no probabilities
 *
 * Methods of the pad:
 *   answer(probabilities, seen)  shows ten probabilities, and 784 values from 0 to 255, the 28 by 28 pixels that were classified
 *   ask(digit)                   asks for another digit
 *   load(image)                  draws an image, a canvas for example, as if it had been drawn by hand
 *   clear()
 *
 * The canvas has the id "pad", the element with the most probable digit the id "answer".
 */
globalThis.digitPad = (root, options) => {
  "use strict";
  const size = 280, penWidth = 22; // pixels
  const interval = options.interval ?? 80; // milliseconds
  const scale = Math.max(1, Math.ceil(globalThis.devicePixelRatio || 1));
  const asking = options.ask !== undefined;

  function make(tag, parent, properties = {}, attributes = {}) {
    const element = Object.assign(document.createElement(tag), properties);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    parent.append(element);
    return element;
  }

  // The parts.
  root.replaceChildren();
  root.classList.add("digit-pad");
  root.dataset.lmSuppressShortcuts = "true"; // keys pressed here are not JupyterLab's
  const task = make("p", root, {textContent: "Draw a digit from 0 to 9, as large as the pad."}, {"aria-live": "polite"});
  const parts = make("div", root, {className: "digit-pad-parts"});
  const result = asking ? null : makeResult();
  const canvas = make("canvas", parts, {id: "pad", width: size * scale, height: size * scale, tabIndex: 0}, {
    role: "img", "aria-label": "Pad to draw a digit on, with mouse, finger or pen. Escape or Delete clears it.",
  });
  const buttons = make("div", parts, {className: "digit-pad-buttons"});
  const button = (text, action) => make("button", buttons, {textContent: text, type: "button", onclick: action});
  if (asking) button("Next", keep);
  button("Clear", clear);
  if (options.onDone) button("Done", () => options.onDone());
  if (result) parts.append(result.list);

  function makeResult() {
    const top = make("div", parts, {className: "digit-pad-top"});
    const seen = make("canvas", top, {className: "digit-pad-seen", width: 28, height: 28}, {
      role: "img", "aria-label": "The drawing as the network sees it, 28 by 28 pixels",
    });
    const answer = make("output", top, {id: "answer"}, {role: "status", "aria-live": "polite", "aria-label": "The network's answer"});
    const note = make("span", top, {className: "digit-pad-muted"});
    const list = make("ol", parts, {className: "digit-pad-bars"}, {"aria-label": "Probability of each digit", start: 0});
    const bars = Array.from({length: 10}, (_, digit) => {
      const row = make("li", list);
      make("span", row, {textContent: digit});
      const fill = make("span", make("span", row, {className: "digit-pad-track"}), {className: "digit-pad-fill"});
      return {row, fill, percent: make("span", row, {className: "digit-pad-percent"})};
    });
    return {seen, answer, note, list, bars};
  }

  // The drawing.
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  let stroke = null; // {pointer, x, y}: the one that is being drawn
  let empty = true, lastSent = 0, timer = 0;

  function paper() {
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = "#000";
    pen.lineWidth = penWidth;
    pen.lineCap = pen.lineJoin = "round";
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return {x: (event.clientX - box.left) * size / box.width, y: (event.clientY - box.top) * size / box.height};
  }

  function lineTo(event) {
    const {x, y} = place(event);
    pen.beginPath();
    pen.moveTo(stroke.x, stroke.y);
    pen.lineTo(x + 0.01, y); // a line without length, a dot, would not be drawn
    pen.stroke();
    stroke.x = x;
    stroke.y = y;
    empty = false;
  }

  function picture() {
    const copy = document.createElement("canvas");
    copy.width = copy.height = size;
    copy.getContext("2d", {willReadFrequently: true}).drawImage(canvas, 0, 0, size, size);
    return copy;
  }

  function send(final) {
    clearTimeout(timer);
    timer = 0;
    if (empty) return;
    lastSent = performance.now();
    options.onPicture?.(picture(), final);
  }

  function sendSoon() {
    if (!timer) timer = setTimeout(send, Math.max(0, lastSent + interval - performance.now()), false);
  }

  function clear() {
    clearTimeout(timer);
    timer = 0;
    stroke = null;
    empty = true;
    paper();
    showAnswer(null, null);
    options.onClear?.();
  }

  function keep() {
    if (empty) {
      task.textContent = task.textContent.replace(/^(The pad is empty\. )?/, "The pad is empty. ");
      return;
    }
    options.onKeep(picture());
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (stroke || event.button !== 0) return;
    event.preventDefault();
    canvas.focus({preventScroll: true});
    try { canvas.setPointerCapture(event.pointerId); } catch { /* the pointer is gone already */ }
    stroke = {pointer: event.pointerId, ...place(event)};
    lineTo(event); // a dot
    sendSoon();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== stroke?.pointer) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const part of all.length ? all : [event]) lineTo(part);
    sendSoon();
  });
  for (const type of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(type, (event) => {
      if (event.pointerId !== stroke?.pointer) return;
      stroke = null;
      send(true);
    });
  }
  for (const type of ["mousedown", "touchstart", "contextmenu"]) { // not for the notebook around the pad
    canvas.addEventListener(type, (event) => event.stopPropagation());
  }
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && event.key !== "Delete") return;
    event.preventDefault();
    event.stopPropagation();
    clear();
  });

  // The answer.
  function showAnswer(probabilities, seen) {
    if (!result) return;
    const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
    const text = best < 0 ? "" : String(best);
    if (result.answer.textContent !== text) result.answer.textContent = text; // announced when it changes
    result.note.textContent = best < 0 ? "The picture that the network sees, and its answer, appear here." : "";
    result.bars.forEach(({row, fill, percent}, digit) => {
      const p = probabilities?.[digit] ?? 0;
      row.classList.toggle("digit-pad-best", digit === best);
      fill.style.width = `${100 * p}%`;
      percent.textContent = probabilities ? `${Math.round(100 * p)}%` : "";
    });
    const pixels = new ImageData(28, 28);
    for (let k = 0; k < 784; k++) pixels.data.set([0, 0, 0, seen?.[k] ?? 0], 4 * k);
    result.seen.getContext("2d").putImageData(pixels, 0, 0);
  }

  function ask(digit) {
    task.textContent = `Draw a ${digit}, as you usually write it, and press “Next”.`;
    clear();
  }

  function load(image) {
    clear();
    pen.drawImage(image, 0, 0, size, size);
    empty = false;
    send(true);
  }

  paper();
  showAnswer(null, null);
  if (asking) ask(options.ask);
  return {answer: (probabilities, seen) => { if (!empty) showAnswer(probabilities, seen); }, ask, load, clear};
};
