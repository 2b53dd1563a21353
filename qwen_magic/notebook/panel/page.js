// What only a page can do for the panel: keys in the question's field, the clipboard, a new cell.
//
// The panel's widgets are drawn by ipywidgets, whose views this script leaves alone: it hears events
// before they do, and writes into a field as a reader would, so that ipywidgets hears of it.

const FIELD = ".qwen-magic-input textarea";
const LIST = ".qwen-magic-transcript";
const NAME = ".qwen-magic-name input";
const OK = ".qwen-magic-ok";
const CANCEL = ".qwen-magic-cancel";
const BLOCK = ".qwen-magic-exchange .highlight";
const BAR = "qwen-magic-code-bar";
const OTHER = "qwen-magic-other"; // a block that the kernel cannot run
const PROMPT = /^(?:>>>|\.\.\.|In \[\d+\]:| +\.\.\.:)(?: |$)/;
const GONE = "jupyter-widgets-disconnected";
const TOLD = 1500; // milliseconds in which a button says what it did

/** Write into a field as a reader would. */
function write(field, text) {
  field.value = text;
  for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
}

/** Copy, also in a page that is not served over https, where there is no `navigator.clipboard`. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/** Put code into a new cell below the one that ran last; return whether the page lets it. */
function insert(model, source) {
  const notebook = model.widget_manager.context?.model?.sharedModel; // JupyterLab and Notebook 7
  if (!notebook?.insertCell) return false;
  const ran = notebook.cells.findIndex((cell) => cell.id === model.get("cell"));
  const place = ran < 0 ? notebook.cells.length : ran + 1;
  const empty = { metadata: {}, outputs: [], execution_count: null };
  notebook.insertCell(place, { cell_type: "code", source, ...empty });
  return true;
}

/**
 * Ask JupyterLab's extension to put code into a cell; return whether it does.
 *
 * Without code, the question is whether it is there.
 */
function offer(block, code) {
  const asked = { bubbles: true, cancelable: true, detail: code };
  return !block.dispatchEvent(new CustomEvent("qwen-magic-code", asked));
}

/**
 * Tell whether an input method takes a key: Enter commits what it composes, and sends nothing.
 *
 * Safari ends the composition before it tells of that Enter, and only its old code says so.
 */
function composes(event) {
  return event.isComposing || event.keyCode === 229;
}

/** Return what a key press does in the question's field of a panel. */
function keys(model, panel, press) {
  let back = 0; // how many questions the field has stepped back
  let recalled = "";

  /** Show an earlier or later question, unless the reader wrote in the field. */
  function step(field, by) {
    const earlier = model.get("earlier");
    if (!field.value) [back, recalled] = [0, ""];
    const to = Math.min(Math.max(back + by, 0), earlier.length);
    if (field.value !== recalled || to === back) return false;
    [back, recalled] = [to, to ? earlier.at(-to) : ""];
    write(field, recalled);
    return true;
  }

  return (event) => {
    const field = panel.querySelector(FIELD);
    if (event.target !== field || composes(event)) return;
    const { key, shiftKey, altKey, ctrlKey, metaKey } = event;
    const isPlain = !(shiftKey || altKey || ctrlKey || metaKey);
    const sends = ctrlKey || metaKey || (isPlain && model.get("mode") === "enter");
    const steps = isPlain ? { ArrowUp: 1, ArrowDown: -1 }[key] : 0;
    if (key === "Enter") event.stopPropagation(); // to JupyterLab it would mean to run the cell
    if (key === "Enter" && sends) press();
    else if (!steps || !step(field, steps)) return;
    event.preventDefault();
  };
}

/** Return what ends the naming of a chain: OK and Enter give the name that is written now, Escape none. */
function names(model, panel) {
  const field = () => panel.querySelector(NAME);
  const end = (event) => {
    event.stopPropagation(); // to the kernel, the name might come later than the key
    event.preventDefault();
    if (event.key === "Escape") panel.querySelector(CANCEL).click();
    else model.send({ event: "name", text: field().value });
  };
  return {
    press: (event) => event.target.closest(OK) && end(event),
    hear: (event) => {
      const ends = event.key === "Enter" || event.key === "Escape";
      if (ends && event.target === field() && !composes(event)) end(event);
    },
  };
}

/** Keep the focus in the panel when what had it goes: a key pressed it, and it did what it says. */
function keep(panel, signal) {
  let had = null; // where keys led to
  const look = () => {
    if (!had || document.activeElement !== document.body) return;
    if (had.isConnected && had.checkVisibility()) return;
    had = null;
    panel.querySelector(FIELD)?.focus({ preventScroll: true });
  };
  // What is hidden loses the focus when the page has been drawn.
  const observer = new MutationObserver(() => had && requestAnimationFrame(() => setTimeout(look)));
  const seen = { childList: true, subtree: true, attributeFilter: ["style", "class"] };
  observer.observe(panel, seen);
  signal.addEventListener("abort", () => observer.disconnect());
  const enter = ({ target }) => {
    had = target.matches(":focus-visible") ? target : null;
    if (target.matches(NAME)) target.select(); // the name in it is a proposal
  };
  const leave = ({ relatedTarget }) => relatedTarget && !panel.contains(relatedTarget) && (had = null);
  panel.addEventListener("focusin", enter, { signal });
  panel.addEventListener("focusout", leave, { signal });
  window.addEventListener("pointerdown", () => (had = null), { signal, capture: true });
}

/** Return a button that does something and tells it for a moment. */
function button(name, act) {
  const made = document.createElement("button");
  made.className = "jupyter-button";
  made.textContent = name;
  made.addEventListener("click", async () => {
    made.textContent = await act();
    setTimeout(() => (made.textContent = name), TOLD);
  });
  return made;
}

/** Return what was typed in an interactive session, without prompts and results; else all. */
function typed(code) {
  const lines = code.split("\n");
  if (!PROMPT.test(lines.find((line) => line.trim()) ?? "")) return code;
  return lines.filter((line) => PROMPT.test(line)).map((line) => line.replace(PROMPT, "")).join("\n");
}

/** Put buttons at a block of code. */
function equip(model, block) {
  const code = () => block.querySelector("pre").textContent.replace(/\n$/, "");
  const source = () => typed(code());
  const bar = document.createElement("div");
  bar.className = BAR;
  const put = (runs) => offer(block, { source: source(), runs, cell: cell() });
  // At the side, what counts is where the reader is; in the notebook, the cell that ran last.
  const cell = () => (block.closest(".qwen-magic-side") ? "" : model.get("cell"));
  bar.append(
    button("Copy", () => copy(code()).then(() => "Copied", () => "Not allowed")),
    button("Insert below", () => {
      if (put(false) || insert(model, source())) return "Inserted";
      model.send({ event: "insert", text: source() });
      return "Comes below the next cell";
    }),
  );
  const runs = !block.classList.contains(OTHER);
  if (runs && offer(block, null)) bar.append(button("Run below", () => put(true) && "Started"));
  block.append(bar);
}

/** Begin, when the panel's widgets are in the page. */
function begin(model, panel, signal) {
  const press = () => {
    if (panel.classList.contains(GONE)) return; // what is written stays
    const field = panel.querySelector(FIELD);
    model.send({ event: "ask", text: field.value });
    write(field, "");
    field.focus();
    panel.querySelector(LIST).scrollTop = 0; // its end: the question that was sent is seen
  };
  const click = (event) => {
    if (!event.target.closest(".qwen-magic-send")) return;
    event.stopPropagation(); // the kernel would ask once more
    press();
  };
  window.addEventListener("keydown", keys(model, panel, press), { signal, capture: true });
  const naming = names(model, panel);
  window.addEventListener("keydown", naming.hear, { signal, capture: true });
  panel.addEventListener("click", naming.press, { signal, capture: true });
  panel.addEventListener("click", click, { signal, capture: true });
  const equipIn = (node) => {
    const blocks = [...(node.querySelectorAll?.(BLOCK) ?? []), ...(node.matches?.(BLOCK) ? [node] : [])];
    for (const block of blocks) if (!block.querySelector(`:scope > .${BAR}`)) equip(model, block);
  };
  const observer = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) addedNodes.forEach(equipIn);
  });
  observer.observe(panel.querySelector(LIST), { childList: true, subtree: true });
  keep(panel, signal);
  signal.addEventListener("abort", () => observer.disconnect());
  equipIn(panel);
  panel.classList.add("qwen-magic-helped");
  model.set("is_ready", true);
  model.save_changes();
}

/**
 * Let go of widgets that are about to be closed, and of their views.
 *
 * JupyterLab's kernel connection keeps each closed comm, the comm its model, and the model what it
 * calls (views of ipywidgets never leave `msg:custom`): a chat of hours would grow with every turn.
 */
function forget(model, ids) {
  const release = (closing) =>
    closing.once("destroy", () => {
      closing.off();
      closing.state_change = Promise.resolve(); // it holds the view of the widget around it
      const comm = closing.comm?.jsServicesComm ?? {};
      comm.onMsg = comm.onClose = undefined; // both hold the widget
    });
  for (const id of ids) model.widget_manager.get_model(id).then(release, () => undefined);
}

export default {
  initialize({ model }) {
    model.on("msg:custom", (message) => forget(model, message.forget ?? []));
  },
  render({ model, el }) {
    const over = new AbortController();
    const wait = () => {
      const panel = el.closest(".qwen-magic-panel");
      if (over.signal.aborted) return;
      if (panel?.isConnected) begin(model, panel, over.signal);
      else requestAnimationFrame(wait);
    };
    wait();
    return () => over.abort();
  },
};
