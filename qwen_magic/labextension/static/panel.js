// The chat at the side: its tab, its command and its tile. The rest comes when it is first shown.

const COMMAND = "qwen-magic:panel";
const CHATS = `./side.js${new URL(import.meta.url).search}`;
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24"><path class="jp-icon3" fill="#616161" d="M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-7l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm0 2v11h6v2l2.500-2H20V5zm3 3h10v2H7zm0 3h7v2H7z"/></svg>`;

export const needs = ["application", "apputils", "launcher", "translation", "ui-components"]
  .concat("notebook", "outputarea")
  .map((name) => `@jupyterlab/${name}`)
  .concat("@lumino/widgets");

export default (
  { ILayoutRestorer },
  { ICommandPalette },
  { ILauncher },
  { ITranslator, nullTranslator },
  { LabIcon },
  { INotebookTracker, NotebookActions },
  { OutputAreaModel, SimplifiedOutputArea },
  { Panel, Widget },
) => ({
  id: COMMAND,
  description: "Shows the chat beside the notebook.",
  wants: [INotebookTracker, ITranslator, ICommandPalette, ILauncher, ILayoutRestorer],
  start({ commands, serviceManager, shell }, tracker, translator, palette, launcher, restorer) {
    if (!tracker) return;
    const words = (translator ?? nullTranslator).load("qwen_magic");
    const icon = new LabIcon({ name: "qwen-magic:chat", svgstr: ICON });
    const kinds = { commands, NotebookActions, OutputAreaModel, SimplifiedOutputArea, Panel, Widget };

    class Side extends Panel {
      /** Show the chat of the active notebook, and return it. */
      async follow() {
        this.chats ??= import(CHATS).then((it) => it.chats(this, tracker, words, kinds));
        return (await this.chats)();
      }

      onAfterShow() {
        this.follow();
      }

      async onActivateRequest() {
        this.node.focus();
        (await this.follow())?.focus();
      }
    }

    const side = new Side();
    side.id = "qwen-magic-side";
    side.addClass(side.id);
    side.node.tabIndex = -1;
    side.node.setAttribute("role", "region");
    side.node.setAttribute("aria-label", "Qwen");
    Object.assign(side.title, { caption: "Qwen", icon });
    shell.add(side, "right", { rank: 900 });
    restorer?.add(side, side.id);
    commands.addCommand(COMMAND, {
      label: "Qwen",
      caption: words.__("Chat beside the notebook"),
      icon,
      async execute({ cwd }) {
        const kernelName = serviceManager.kernelspecs.specs?.default;
        const { currentWidget } = tracker;
        if (currentWidget && currentWidget !== shell.currentWidget) shell.activateById(currentWidget.id);
        if (!currentWidget) await commands.execute("notebook:create-new", { cwd, kernelName });
        shell.activateById(side.id);
      },
    });
    palette?.addItem({ command: COMMAND, category: "Qwen" });
    launcher?.add({ command: COMMAND, rank: 90 });
  },
});
