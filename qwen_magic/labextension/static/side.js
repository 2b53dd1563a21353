// What stands at the side: the panel of whichever notebook is active, drawn by the notebook's own
// renderers in an area of outputs that belongs to no cell.

const GOAL = ".qwen-magic-input textarea, .qwen-magic-notice:not(.lm-mod-hidden) button";
const KERNELS = "notebook:change-kernel";
const SOON = 3000; // milliseconds
const LONG = 500; // milliseconds, after which a wait is told
const LOADED = `"qwen_magic" in get_ipython().extension_manager.loaded`;
const LOAD = "%load_ext qwen_magic\n";
const SHOW = `__import__("qwen_magic.notebook.panel.side", fromlist=["side"]).show()`; // binds no name

/** Return what shows, at each call, the chat of the active notebook. */
export function chats(side, tracker, words, kinds) {
  const { commands, NotebookActions, OutputAreaModel, SimplifiedOutputArea, Panel, Widget } = kinds;

  /** Words, and a button below them. */
  class Notice extends Widget {
    constructor() {
      super();
      this.addClass("qwen-magic-notice");
      this.node.setAttribute("aria-live", "polite");
    }

    tell(text, name, act) {
      this.show();
      if (this.text === text) return; // its button may have the focus
      this.text = text;
      const said = Object.assign(document.createElement("p"), { textContent: text });
      const button = Object.assign(document.createElement("button"), { textContent: name });
      button.className = "jp-mod-styled jp-mod-accept";
      button.addEventListener("click", act);
      this.node.replaceChildren(said, ...(name ? [button] : []));
    }
  }

  /** One notebook's chat, or what stands in its way. */
  class Chat extends Panel {
    constructor({ content, sessionContext, disposed }) {
      super();
      Object.assign(this, { content, sessionContext, area: null, notice: new Notice() });
      this.addWidget(this.notice);
      sessionContext.kernelChanged.connect(this.restart, this);
      sessionContext.statusChanged.connect((_, status) => {
        if (/restarting|dead/.test(status)) this.restart();
        else if (status === "idle" && this.isNew) this.look();
      });
      sessionContext.ready.then(() => {
        this.isReady = true;
        this.look();
      });
      disposed.connect(() => this.dispose());
    }

    get kernel() {
      return this.sessionContext.session?.kernel;
    }

    /** Begin anew: what the kernel had made is gone. */
    restart() {
      this.area?.dispose();
      this.area = this.looks = null;
      this.isNew = true;
      this.notice.tell(words.__("Waiting for the kernel…"));
      if (!this.kernel) this.look();
    }

    /** Show the chat, or what stands in its way. */
    look() {
      if (this.area || this.looks || !this.isVisible) return;
      const { kernel, notice } = this;
      if (!kernel) return this.lack();
      this.isNew = false;
      const asked = { code: "", silent: true, user_expressions: { LOADED } };
      const looks = (this.looks = this.ask(asked).then((reply) => {
        if (looks !== this.looks || this.isDisposed) return;
        this.looks = null;
        this.isNew = !reply; // the kernel restarted
        if (reply) this.answer(reply.user_expressions?.LOADED?.data?.["text/plain"]);
      }));
      setTimeout(() => looks === this.looks && notice.tell(words.__("Waiting for the kernel…")), LONG);
    }

    /** Tell that there is no kernel, and lead to one. */
    lack() {
      if (!this.isReady) return this.notice.tell(words.__("Waiting for the kernel…"));
      const choose = () => commands.execute(KERNELS);
      const name = commands.hasCommand(KERNELS) && words.__("Choose one");
      this.notice.tell(words.__("The notebook has no kernel."), name, choose);
    }

    /** Show what there is, by what Python says whether we are loaded. */
    answer(isLoaded) {
      const { notice } = this;
      if (isLoaded === "True") return this.open(SHOW);
      if (isLoaded !== "False") return notice.tell(words.__("The chat needs a Python kernel."));
      const text = words.__("This notebook has not loaded qwen_magic yet.");
      const load = () => {
        this.open(LOAD + SHOW);
        side.activate();
      };
      notice.tell(text, words.__("Load it"), load);
    }

    /** Run code that displays the chat. */
    async open(code) {
      const { content, notice } = this;
      this.area?.dispose();
      const model = new OutputAreaModel({ trusted: true });
      const area = new SimplifiedOutputArea({ model, rendermime: content.rendermime });
      this.area = area;
      this.addWidget(area);
      notice.tell(words.__("Waiting for the kernel…"));
      const reply = await this.ask({ code }, area);
      if (this.area !== area) return;
      if (reply?.status === "ok") return notice.hide();
      notice.tell(words.__("It could not be loaded."), words.__("Try again"), () => this.restart());
    }

    /** Return the kernel's reply to a request that leaves no trace; nothing if it has gone. */
    async ask(request, area) {
      const traceless = { store_history: false, stop_on_error: false };
      const future = this.kernel?.requestExecute({ ...traceless, ...request });
      if (!future) return undefined;
      if (area) area.future = future;
      return future.done.then(({ content }) => content, () => undefined);
    }

    /** Go to the field for questions, or to the button that leads there, if it comes soon. */
    focus() {
      const seek = () => this.node.querySelector(GOAL)?.focus() ?? this.node.contains(document.activeElement);
      if (seek()) return;
      const observer = new MutationObserver(() => seek() && observer.disconnect());
      observer.observe(this.node, { childList: true, subtree: true });
      setTimeout(() => observer.disconnect(), SOON);
    }
  }

  const style = { rel: "stylesheet", href: import.meta.url.replace("side.js", "side.css") };
  document.head.append(Object.assign(document.createElement("link"), style));
  const known = new Map();
  const none = new Notice();
  none.tell(words.__("Open a notebook to chat beside it."));
  side.addWidget(none);

  const follow = () => {
    const active = tracker.currentWidget;
    if (active && !known.has(active)) {
      known.set(active, new Chat(active));
      active.disposed.connect(() => known.delete(active));
      side.addWidget(known.get(active));
    }
    for (const [notebook, chat] of known) chat.setHidden(notebook !== active);
    none.setHidden(Boolean(active));
    known.get(active)?.look();
    return known.get(active);
  };
  const ifSeen = () => side.isVisible && follow();
  /** Let Escape lead back to the cells, as it leads out of one. */
  const leave = ({ key, isComposing }) => {
    if (key === "Escape" && !isComposing) tracker.currentWidget?.activate();
  };
  side.node.addEventListener("keydown", leave, true); // fields keep their keys to themselves
  tracker.currentChanged.connect(ifSeen);
  NotebookActions.executed.connect(ifSeen); // a cell may have loaded the extension
  return follow;
}
