// What JupyterLab and Notebook 7 load first: it hands them our plugins (webpack, "Module
// Federation"). Nobody builds it: what stands here runs.
//
// The application must start, whatever fails. So each part is made for itself, and a part that
// fails, or that waits too long for a module of the application, is left out.
(() => {
  const PARTS = ["colours", "code", "panel"];
  const PATIENCE = 15_000; // milliseconds
  // Browsers may keep our files for a year. So their addresses end with a mark of what is in them.
  const { src: HERE } = /** @type {HTMLScriptElement} */ (document.currentScript);
  const { search: MARK } = new URL(HERE);
  /** The application's modules, by name and version. @type {Record<string, Record<string, any>>} */
  let scope = {};
  /** Our own modules. @type {Promise<any>[]} */
  let files = [];

  const tell = (error) => console.warn("qwen_magic goes without a part of its extension:", error);

  /** Return a module of the application, in the version that it uses itself; empty without one. */
  async function shared(name) {
    const offered = Object.values(scope[name] ?? {});
    const found = offered.find((one) => one.loaded) ?? offered.at(-1);
    return found ? (await found.get())() : {};
  }

  /** Return a part's plugin: it wants tokens, and starts with null for what there is not. */
  async function plugin(file) {
    const { needs, default: made } = await file;
    const { id, description, wants, start } = made(...(await Promise.all(needs.map(shared))));
    const known = wants.filter(Boolean);
    const activate = (app, ...found) => {
      try {
        start(app, ...wants.map((token) => found[known.indexOf(token)] ?? null));
      } catch (error) {
        tell(error);
      }
    };
    return { id, description, optional: known, autoStart: true, activate };
  }

  /** Return what a promise gives; nothing if it fails or takes too long. */
  const or = (promise) =>
    new Promise((done) => {
      const late = setTimeout(() => done(tell("it took too long")), PATIENCE);
      promise.catch(tell).then((value) => (clearTimeout(late), done(value)));
    });

  const page = /** @type {any} */ (window);
  page._JUPYTERLAB ??= {};
  page._JUPYTERLAB["qwen-magic"] = {
    init(modules) {
      scope = modules;
      files = PARTS.map((name) => import(`./${name}.js${MARK}`));
      for (const file of files) file.catch(() => {}); // told below
      const style = { rel: "stylesheet", href: new URL(`style.css${MARK}`, HERE) };
      document.head.append(Object.assign(document.createElement("link"), style));
    },
    async get() {
      const plugins = await Promise.all(files.map((file) => or(plugin(file))));
      const module = { __esModule: true, default: plugins.filter(Boolean) };
      return () => module;
    },
  };
})();
