// Questions look like questions: a cell that begins with %%qwen is Markdown, and what the magic
// understands in it is marked. Only the page changes, never the notebook.

const MARKDOWN = "text/x-ipythongfm";
const MAGIC = /^(\s*(?:[\w.,[\] ]+=\s*)?)([%％﹪]{1,2}[qｑ][wｗ][eｅ][nｎ](?:_[a-z]+)?)(?![\w?])/;
const QUESTION = /^\s*[%％﹪]{2}[qｑ][wｗ][eｅ][nｎ](?![\w?])/;
// Options come first, each with a value or none; an input method writes their signs wide.
const OPTION =
  /[\s\u3000]+([-‐-―−─－]{1,4}[A-Za-zＡ-Ｚａ-ｚ][\w-]*)(?:[=＝\s\u3000]\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[“”][^“”]*[“”]|[^\s"'“”\-‐-―−─－]\S*))?/y;
const VARIABLE = /[{｛]{2}[ \u3000]*[\p{L}_][\p{L}\p{N}_]*[ \u3000]*[}｝]{2}/gu;
const HEAD = 1000; // characters in which a cell says what it is

export const needs = ["@jupyterlab/codemirror", "@codemirror/view"];

export default (
  { IEditorExtensionRegistry, IEditorLanguageRegistry },
  { Decoration, EditorView, ViewPlugin },
) => {
  const mark = (name) => Decoration.mark({ class: `qwen-magic-${name}` });
  const NAME = mark("name");
  const FLAG = mark("flag");
  const NAMED = mark("variable");
  const LINE = Decoration.line({ class: "qwen-magic-line" });

  /** Return the marks in a line that calls one of our magics. */
  function inLine({ from, text }) {
    const found = MAGIC.exec(text);
    if (!found) return [];
    const start = from + found[1].length;
    const marks = [LINE.range(from), NAME.range(start, start + found[2].length)];
    OPTION.lastIndex = found[0].length;
    for (let option; (option = OPTION.exec(text)); ) {
      const at = from + option.index + option[0].indexOf(option[1]);
      marks.push(FLAG.range(at, at + option[1].length));
    }
    return marks;
  }

  /** Return the marks of the variables in a line. */
  const variables = ({ from, text }) =>
    [...text.matchAll(VARIABLE)].map(({ index, 0: found }) =>
      NAMED.range(from + index, from + index + found.length),
    );

  /** Return all marks in the lines that can be seen. */
  function marks({ state: { doc }, visibleRanges }, isQuestion) {
    const first = isQuestion ? doc.lineAt(doc.sliceString(0, HEAD).search(/\S/)) : null;
    const isShifted = /^(?: {4}|\t)/.test(first?.text ?? ""); // the kernel takes such a margin away
    const fills = !/\s--raw(?!\S)/.test(first?.text ?? "");
    const found = [];
    for (const { from, to } of visibleRanges) {
      for (let at = from; at <= to; ) {
        const line = doc.lineAt(at);
        const called = !first || line.from === first.from ? inLine(line) : [];
        found.push(...called, ...(fills && (first || called.length) ? variables(line) : []));
        if (isShifted && !called.length) found.push(LINE.range(line.from)); // not a block of code
        at = line.to + 1;
      }
    }
    return Decoration.set(found, true);
  }

  /** The language that the kernel gave a cell, by its model. */
  const own = new WeakMap();

  /** What one editor shows: marks, and the language of its cell. */
  class Shown {
    constructor(view, model, languages) {
      this.model = model;
      this.languages = languages;
      this.isGone = false;
      model.mimeTypeChanged.connect(this.choose, this);
      this.read(view);
    }

    update(update) {
      if (update.docChanged || update.viewportChanged) this.read(update.view);
    }

    destroy() {
      this.isGone = true;
      this.model.mimeTypeChanged.disconnect(this.choose, this);
    }

    read(view) {
      this.isQuestion = QUESTION.test(view.state.doc.sliceString(0, HEAD));
      this.marks = marks(view, this.isQuestion);
      this.choose();
    }

    /** Choose the language. The editor takes the one that loads last, so both are loaded first. */
    async choose() {
      const { model, languages } = this;
      if (model.mimeType !== MARKDOWN) own.set(model, model.mimeType);
      if (this.isQuestion === (model.mimeType === MARKDOWN)) return;
      await Promise.all([MARKDOWN, own.get(model)].map((mime) => languages.getLanguage(mime)));
      if (!this.isGone) model.mimeType = this.isQuestion ? MARKDOWN : own.get(model);
    }
  }

  return {
    id: "qwen-magic:colours",
    description: "Colours the cells that ask as what they are: Markdown.",
    wants: [IEditorExtensionRegistry, IEditorLanguageRegistry],
    start(_, extensions, languages) {
      const of = (model) => {
        const shown = ViewPlugin.define((view) => new Shown(view, model, languages), {
          decorations: (it) => it.marks,
        });
        // Prose is wrapped, as it is in Markdown cells: what EditorView.lineWrapping does.
        const wraps = (view) => (view.plugin(shown)?.isQuestion ? { class: "cm-lineWrapping" } : null);
        return [shown, EditorView.contentAttributes.of(wraps)];
      };
      extensions?.addExtension({
        name: "qwen-magic",
        factory: ({ model }) =>
          model.type === "code" ? { instance: () => of(model), reconfigure: () => null } : null,
      });
    },
  };
};
