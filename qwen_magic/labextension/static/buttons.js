// What the buttons at a block of code do, and the commands about cells.

const OTHER = "qwen-magic-other"; // a block that the kernel cannot run
const PROMPT = /^(?:>>>|\.\.\.|In \[\d+\]:| +\.\.\.:)(?: |$)/;
const TOLD = 1500; // milliseconds in which a button says what it did

/** Return what was typed in an interactive session, without prompts and results; else all. */
function typed(code) {
  const lines = code.split("\n");
  if (!PROMPT.test(lines.find((line) => line.trim()) ?? "")) return code;
  return lines.filter((line) => PROMPT.test(line)).map((line) => line.replace(PROMPT, "")).join("\n");
}

export function acts({ NotebookActions }, { copyToSystem }, words) {
  const style = { rel: "stylesheet", href: import.meta.url.replace("buttons.js", "buttons.css") };
  document.head.append(Object.assign(document.createElement("link"), style));

  /** The cells that were put below another one, by its model. @type {WeakMap<object, Set<string>>} */
  const known = new WeakMap();

  /** Put code into a new cell: below a cell, and below what was put there before. */
  function insert({ content }, below, source) {
    const others = known.get(below.model) ?? new Set();
    known.set(below.model, others);
    let place = content.widgets.indexOf(below) + 1;
    while (others.has(content.widgets[place]?.model.id)) place += 1;
    const cell = { cell_type: "code", source, metadata: { trusted: true } };
    content.model.sharedModel.insertCell(place, cell);
    others.add(content.widgets[place].model.id);
    content.deselectAll();
    content.activeCellIndex = place;
    content.scrollToItem(place);
  }

  /** Put code into a new cell, and run that. */
  function run(panel, below, source) {
    insert(panel, below, source);
    NotebookActions.run(panel.content, panel.sessionContext);
  }

  /** Put a chat's code below the cell of an id, or else below the active one. */
  function put(panel, { source, runs, cell }) {
    const { widgets, activeCell } = panel.content;
    const below = widgets.find(({ model }) => model.id === cell) ?? activeCell;
    (runs ? run : insert)(panel, below, source);
  }

  /** Tell whether a cell failed. */
  function failed({ model: { outputs } }) {
    return Array.from({ length: outputs?.length ?? 0 }, (_, i) => outputs.get(i)).some(
      ({ type }) => type === "error",
    );
  }

  /** Ask below the cell that failed last why it did. */
  function explain(panel) {
    const { widgets, activeCell } = panel.content;
    const cells = widgets.filter(failed);
    cells.sort((one, other) => one.model.executionCount - other.model.executionCount);
    run(panel, cells.at(-1) ?? activeCell, "%qwen_fix");
  }

  /** Return a button that does something and tells it for a moment. */
  function button(name, done, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    made.addEventListener("click", () => {
      act();
      made.textContent = done;
      setTimeout(() => (made.textContent = name), TOLD);
    });
    return made;
  }

  /** Put buttons at a block. They read it when they are pressed, and do nothing else. */
  function equip(panel, cell, block) {
    const code = block.querySelector(":scope > pre");
    if (!code) return;
    const text = () => code.textContent.replace(/\n$/, "");
    const bar = document.createElement("div");
    bar.className = "qwen-magic-code-bar";
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", words.__("Code"));
    bar.setAttribute("aria-live", "polite");
    bar.dataset.lmSuppressShortcuts = "true"; // Enter presses the button, and edits no cell
    bar.append(
      button(words.__("Copy"), words.__("Copied"), () => copyToSystem(text())),
      button(words.__("Insert below"), words.__("Inserted"), () => insert(panel, cell, typed(text()))),
    );
    const runs = button(words.__("Run below"), words.__("Started"), () => run(panel, cell, typed(text())));
    if (!block.classList.contains(OTHER)) bar.append(runs);
    block.append(bar);
  }

  return { equip, put, explain };
}
