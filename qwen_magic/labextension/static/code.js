// Code lands where it is wanted: blocks of code in answers get buttons. They stand in the page
// alone; what the notebook saves stays as it is. The buttons come with the first answer.

const BLOCK = "div.highlight";
const ASIDE = "details"; // reasoning and calls of tools
const EQUIPPED = "qwen-magic-equipped";
const FIX = "qwen-magic:fix";
const LIVE = ".jp-OutputArea .qwen-magic-turn"; // an answer that grows
const CHAT = ".qwen-magic-panel";
const { search: MARK } = new URL(import.meta.url);

export const needs = ["@jupyterlab/notebook", "@jupyterlab/apputils", "@jupyterlab/translation"];

export default (notebooks, { Clipboard, ICommandPalette }, { ITranslator, nullTranslator }) => ({
  id: "qwen-magic:code",
  description: "Copies the code in answers, puts it into cells, and has errors explained.",
  wants: [notebooks.INotebookTracker, ITranslator, ICommandPalette],
  start({ commands }, tracker, translator, palette) {
    if (!tracker) return;
    const words = (translator ?? nullTranslator).load("qwen_magic");
    let loaded;
    const acts = () =>
      (loaded ??= import(`./buttons.js${MARK}`).then((it) => it.acts(notebooks, Clipboard, words)));

    /** Return the cell whose answer a block belongs to; none if it is not ours, or not trusted. */
    function asked({ content }, block) {
      const cell = content.widgets.find(({ node }) => node.contains(block));
      if (!cell?.outputArea || !cell.model.trusted) return null;
      const { widgets, model } = cell.outputArea;
      const output = model.get(widgets.findIndex(({ node }) => node.contains(block)));
      return output?.metadata.qwen_magic ? cell : null;
    }

    /** Equip the blocks of a notebook, now and whenever some come. */
    function watch(panel) {
      const equip = async (block) => {
        if (block.classList.contains(EQUIPPED) || block.closest(ASIDE)) return;
        const cell = asked(panel, block);
        if (!cell) return;
        block.classList.add(EQUIPPED);
        (await acts()).equip(panel, cell, block);
      };
      const look = (node) => {
        if (node.matches?.(BLOCK)) equip(node);
        node.querySelectorAll?.(BLOCK).forEach(equip);
      };
      const observer = new MutationObserver((changes) => {
        for (const { addedNodes } of changes) addedNodes.forEach(look);
      });
      observer.observe(panel.content.node, { childList: true, subtree: true });
      panel.disposed.connect(() => observer.disconnect());
      panel.content.node.addEventListener("focusin", async ({ target }) => {
        if (!target.closest(LIVE) || target.closest(CHAT)) return;
        (await import(`./focus.js${MARK}`)).keep(panel, target);
      });
      look(panel.content.node);
    }

    tracker.forEach(watch);
    tracker.widgetAdded.connect((_, panel) => watch(panel));

    commands.addCommand(FIX, {
      label: words.__("Explain the error"),
      isEnabled: () => Boolean(tracker.currentWidget),
      execute: async () => (await acts()).explain(tracker.currentWidget),
    });
    palette?.addItem({ command: FIX, category: "Qwen" });

    // A chat has buttons of its own, and asks whether somebody can put its code into a cell.
    document.addEventListener("qwen-magic-code", async (/** @type {any} */ event) => {
      const { target, detail } = event;
      const panel = tracker.find(({ content }) => content.node.contains(target)) ?? tracker.currentWidget;
      if (!panel) return;
      event.preventDefault();
      if (detail) (await acts()).put(panel, detail);
    });
  },
});
